#pragma once
#include <string>

#include "common/base/result.hpp"

namespace scoop {

/// The text of the script that --prolog names, for `HostSettings`.
///
/// Errors: it cannot be read, or is no text of at most 100 KiB; one sentence.
Result<std::string> read_prolog(const std::string& path);

}  // namespace scoop
