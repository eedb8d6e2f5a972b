#include "launcher/log_choice.hpp"

#include "launcher/log_line.hpp"
#include "launcher/quoted.hpp"

namespace scoop {
namespace {

/// A process's name up to its host: "w3" of "w3@node7", "daemon" of "daemon@node7" and "daemon-node7".
std::string_view role_of(std::string_view name) {
  const auto at = name.find('@');
  if (at != std::string_view::npos) return name.substr(0, at);
  return name.starts_with("daemon-") ? name.substr(0, 6) : name;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool can_be_role(std::string_view role) {
  return role == "launcher" || role == "broker" || role == "daemon" ||
         (role.starts_with('w') && is_number(role.substr(1)));
}

}  // namespace

bool LogChoice::takes(const LogRecord& record) const { return record.level >= level && is_of(record.name); }

bool LogChoice::is_of(std::string_view name) const {
  return process.empty() || name == process || role_of(name) == process;
}

Result<LogChoice> parse_log_choice(const std::optional<std::string>& level, const std::optional<std::string>& process) {
  LogChoice choice;
  if (level) {
    const auto parsed = parse_level(*level);
    if (!parsed || *parsed > LogLevel::error) {
      return Failure{"--level needs error, warn, info, debug or trace, got " + scoop::quoted(*level)};
    }
    choice.level = *parsed;
  }
  if (process) {
    choice.process = is_number(*process) ? "w" + *process : *process;
    if (!can_be_role(role_of(choice.process))) {
      return Failure{"--worker needs a worker, as in 3, w3 or w3@node7, or launcher, broker or daemon, got " +
                     scoop::quoted(*process)};
    }
  }
  return choice;
}

std::string coloured(LogLevel level, std::string line) {
  const char* colour = "";
  if (level >= LogLevel::error) colour = "31";  // red
  if (level == LogLevel::warn) colour = "33";   // yellow
  if (level <= LogLevel::debug) colour = "2";   // faint
  if (*colour == '\0') return line;
  const bool has_end = line.ends_with('\n');
  if (has_end) line.pop_back();
  return std::string("\x1b[") + colour + "m" + line + "\x1b[0m" + (has_end ? "\n" : "");
}

}  // namespace scoop
