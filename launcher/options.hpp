#pragma once
#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/log.hpp"
#include "common/base/result.hpp"
#include "common/control/messages.hpp"
#include "launcher/host_options.hpp"

namespace scoop {

/// What the user asked for: `scoop-launch [options] program.so|program.cpp [arguments...]`.
struct LauncherOptions {
  std::vector<std::string> command_line;  // every word
  std::string program;
  std::string compiler_flags;            // shell words, where the program is source
  std::vector<std::string> arguments;    // the program's own, whatever they look like
  std::optional<std::uint16_t> workers;  // none: one a usable core
  LogLevel log_level = LogLevel::info;
  std::string log_file;  // empty: standard error
  bool ship_all = false;
  std::uint64_t stack_bytes = 8u << 20;
  std::optional<std::chrono::milliseconds> lost_after;  // none: 30 s, or never for wrapped workers
  control::WorkerSettings worker_settings;
  control::FaultPlan fault;
  HostOptions hosts;

  /// What the run's log keeps, whatever the terminal shows; below it nothing is sent.
  LogLevel kept_level() const { return std::min(log_level, LogLevel::info); }
};

/// For standard output; then there is nothing else to do.
struct Answer {
  std::string text;
};

/// `more_help`: what else --help is to say.
///
/// Errors: one sentence, with what was given and what is right; for an unknown option, the nearest known one.
Result<std::variant<LauncherOptions, Answer>> parse_launcher_options(int argc, const char* const* argv,
                                                                     const std::string& more_help = {});

}  // namespace scoop
