#pragma once
#include <string>
#include <vector>

#include "common/base/result.hpp"

namespace scoop {

/// How the launcher and the daemon start scoop-worker; no user does.
struct WorkerOptions {
  bool is_daemon = false;  // --host: keep a host's workers; else be one
  int control_fd = -1;     // --control-fd N: the channel to who started us
  bool by_stdio = false;   // --control-stdio: the channel is standard input and output; only for a daemon
  std::vector<std::string> cache_folders;  // --cache FOLDER: of what the host was sent and uses; several
  std::string left_by;                     // --clean-up VARIABLE: end what has it, and that is all; empty: do not
  std::string preload;                     // --preload LIBRARY: to load before all others; empty: none
  std::string answer;                      // to --help or --version, and that is all; empty: not asked
};

Result<WorkerOptions> parse_worker_options(int argc, const char* const* argv);

}  // namespace scoop
