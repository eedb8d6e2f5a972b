#pragma once
#include <string>

#include "common/base/result.hpp"

namespace scoop {

/// What a library that was compiled with -fsanitize wants loaded before all others: for LD_PRELOAD. Empty: nothing.
///
/// Errors: its runtime is not on this machine, or none can be loaded (-fsanitize=memory).
Result<std::string> sanitizer_runtime(const std::string& path);

}  // namespace scoop
