#pragma once

namespace scoop {

/// The exit statuses of scoop-launch beside those of the user's `main`; the one list.
enum ExitCode : int {
  exit_success = 0,
  exit_unfit = 1,          // of --check: a host is not fit
  exit_usage = 2,          // usage and start errors: `main` never ran
  exit_run_failed = 125,   // any other failure that is not the program's own, once `main` began or may have
  exit_signal_base = 128,  // + n: the launcher got signal n, or the origin died of it
};

}  // namespace scoop
