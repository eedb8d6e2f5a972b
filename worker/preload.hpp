#pragma once
#include <string>

#include "common/base/result.hpp"

namespace scoop {

/// Starts this process again with `library` loaded before all others, and returns there, with the environment as it
/// was: neither a tool that this process is started through nor what its tasks start has anything of the library.
///
/// `argv`: what main was given, with the program's path in front.
Status load_before_all(const std::string& library, char** argv);

}  // namespace scoop
