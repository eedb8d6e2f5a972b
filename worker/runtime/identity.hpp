#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/control/map_progress.hpp"

namespace scoop {

/// Who this process is in its pool; as it stands, a program that runs without scoop-launch. Written once, before the
/// program or a task runs.
struct Identity {
  bool is_running = false;
  bool is_fork = false;  // made by fork() in a worker, and no worker itself
  bool is_origin = true;
  std::string name = "w0@localhost";
  std::uint32_t pool_size = 1;
  std::function<void(int level, std::string_view text)> log;  // any thread
  std::function<void(control::MapProgress)> show_progress;
};
Identity& identity();

/// How a process logs that has no daemon to tell.
void log_to_stderr(std::string_view text);

/// Makes the calling thread the one that runs all tasks of a program without a pool; warns once on standard error.
/// Answers null, or why it cannot.
const char* run_without_pool();

}  // namespace scoop
