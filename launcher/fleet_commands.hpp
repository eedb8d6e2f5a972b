#pragma once
#include "common/base/result.hpp"

namespace scoop {

/// `scoop-launch add-host`, `remove-host` and `hosts`: each asks the launcher of a run that is going on, shows what it
/// answers, and ends with its status.
Result<int> run_add_host_command(int argc, const char* const* argv);
Result<int> run_remove_host_command(int argc, const char* const* argv);
Result<int> run_hosts_command(int argc, const char* const* argv);

}  // namespace scoop
