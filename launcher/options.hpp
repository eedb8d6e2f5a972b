#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/log.hpp"
#include "common/base/result.hpp"
#include "common/control/messages.hpp"

namespace scoop {

/// What the user asked for: `scoop-launch [options] program.so [arguments...]`.
struct LauncherOptions {
  std::string program;
  std::vector<std::string> arguments;    // the program's own, whatever they look like
  std::optional<std::uint16_t> workers;  // none: one a usable core
  LogLevel log_level = LogLevel::info;
  std::string log_file;  // empty: standard error
  bool ship_all = false;
  std::uint64_t stack_bytes = 8u << 20;
  std::optional<std::chrono::milliseconds> lost_after;  // none: 30 s, or never for wrapped workers
  control::WorkerSettings worker_settings;
  control::FaultPlan fault;
};

/// For standard output; then there is nothing else to do.
struct Answer {
  std::string text;
};

/// Errors: one sentence, with what was given and what is right; for an unknown option, the nearest known one.
Result<std::variant<LauncherOptions, Answer>> parse_launcher_options(int argc, const char* const* argv);

}  // namespace scoop
