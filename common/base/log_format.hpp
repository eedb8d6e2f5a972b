#pragma once
#include <memory>
#include <string>

#include "common/base/log.hpp"

namespace scoop {

/// Log records as lines in SCOOP's own form:
///
///     [2026-11-22 11:03:38,600] launcher  INFO    text
///     [2026-11-22 11:03:39,375] launcher  (127.0.0.1:50551) INFO    text
///
/// Local time; the name padded to 9 and the level to 7. The only place that knows spdlog; a library of its own, since
/// only the launcher shows log lines and spdlog must not meet the one of a user's plugin in a worker.
class LogFormat {
 public:
  LogFormat();
  ~LogFormat();

  /// From here on lines say where the broker is, as `host:port`.
  void set_broker(const std::string& host_port);

  /// One line with its line end.
  std::string line(const LogRecord& record);

 private:
  struct Formatter;
  std::unique_ptr<Formatter> formatter_;
};

}  // namespace scoop
