#pragma once
#include <string>

#include "common/base/result.hpp"

namespace scoop {

/// How the launcher and the daemon start scoop-worker; no user does.
struct WorkerOptions {
  bool is_daemon = false;  // --host: keep a host's workers; else be one
  int control_fd = -1;     // --control-fd N: the channel to who started us
  std::string preload;     // --preload LIBRARY: to load before all others; empty: none
};

Result<WorkerOptions> parse_worker_options(int argc, const char* const* argv);

}  // namespace scoop
