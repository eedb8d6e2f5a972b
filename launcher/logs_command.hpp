#pragma once
#include "common/base/result.hpp"

namespace scoop {

/// `scoop-launch logs [ID] [-f] [--worker W] [--level L]`
Result<int> run_logs_command(int argc, const char* const* argv);

}  // namespace scoop
