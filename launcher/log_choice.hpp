#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "common/base/log.hpp"
#include "common/base/result.hpp"

namespace scoop {

/// Which records `scoop-launch logs` shows.
struct LogChoice {
  LogLevel level = LogLevel::trace;
  std::string process;  // empty: all. "3", "w3", "w3@node7", "launcher", "broker", "daemon", "daemon@node7"

  bool takes(const LogRecord& record) const;
  /// Whether it takes records of the process of this name at all.
  bool is_of(std::string_view name) const;
};

/// As the options say it, where they are given.
///
/// Errors: a level or a process that there cannot be.
Result<LogChoice> parse_log_choice(const std::optional<std::string>& level, const std::optional<std::string>& process);

/// The line, in the colour of its level, with the means of a terminal.
std::string coloured(LogLevel level, std::string line);

}  // namespace scoop
