#pragma once
#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

#include "common/base/clock.hpp"

namespace scoop {

/// From here on, processes below this one whose parents die become its children, so that none is out of reach.
void adopt_orphans();

/// Direct children of this process, as they are now.
std::set<pid_t> own_children();

/// Kills everything below this process, and reaps it, until nothing is left or `limit` is over. A process that keeps
/// forking is outrun, since whatever it leaves behind becomes a child of this process and is found again.
///
/// `spared`: children that are none of ours (a shell had them before it became this program), with all below them.
/// Returns whether nothing is left.
bool kill_descendants(const std::set<pid_t>& spared, Duration limit);

/// Kills all processes but this one that were given `variable`, "NAME=value", in their environment, until none is left
/// or `limit` is over: those that were below one that is gone. Returns whether none is left.
bool kill_those_with(const std::string& variable, Duration limit);

}  // namespace scoop
