#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace scoop {

/// spdlog's numbers, so that they are the same in the plugin, on the wire and in the launcher.
enum class LogLevel : int { trace = 0, debug = 1, info = 2, warn = 3, error = 4, critical = 5, off = 6 };

/// One line for the user, on its way to the launcher, the only one that shows it.
struct LogRecord {
  std::chrono::system_clock::time_point time;
  LogLevel level = LogLevel::info;
  std::string name;  // "launcher", "broker", "w3@node7"
  std::string text;
};

/// The log of one process: made in its main, passed to what logs.
///
/// Threads: one; a process with several threads logs where its sink's owner runs.
class Log {
 public:
  using Sink = std::function<void(LogRecord)>;

  /// Records below `level` go nowhere.
  Log(std::string name, LogLevel level, Sink sink);

  /// Spares the caller the making of a text that nobody sees.
  bool shows(LogLevel level) const { return level >= level_; }
  void write(LogLevel level, std::string text) const;

  void trace(std::string text) const { write(LogLevel::trace, std::move(text)); }
  void debug(std::string text) const { write(LogLevel::debug, std::move(text)); }
  void info(std::string text) const { write(LogLevel::info, std::move(text)); }
  void warn(std::string text) const { write(LogLevel::warn, std::move(text)); }
  void error(std::string text) const { write(LogLevel::error, std::move(text)); }

 private:
  std::string name_;
  LogLevel level_;
  Sink sink_;
};

}  // namespace scoop
