#pragma once
#include "common/base/result.hpp"

namespace scoop {

/// `scoop-launch runs`
Result<int> run_runs_command(int argc, const char* const* argv);

}  // namespace scoop
