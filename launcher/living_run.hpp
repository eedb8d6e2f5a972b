#pragma once
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/base/unique_fd.hpp"

namespace scoop {

/// Of the runs in the state folder, the one that a command is for: the one that `wanted` names, as find_run; none: the
/// only one that is going on. `living`: the IDs of all that are.
///
/// Errors: there is none, there are several, or the one has ended.
Result<std::string> choose_living_run(const std::string& folder, const std::vector<std::string>& living,
                                      const std::optional<std::string>& wanted);

/// The socket of its launcher.
///
/// Errors: as above, and a launcher that does not answer.
Result<UniqueFd> connect_to_run(const std::optional<std::string>& wanted);

}  // namespace scoop
