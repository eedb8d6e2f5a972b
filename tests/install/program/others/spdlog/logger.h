// Not spdlog: other layouts and functions under its names. It has what <scoop/logger.hpp> asks for.
#pragma once
#include <fmt/core.h>

#include <memory>
#include <string>
#include <string_view>

namespace spdlog {

namespace level {
enum level_enum : int { trace, debug, info, warn, err, critical, off };
}

namespace details {
struct log_msg {
  char padding[123];  // no version has it
  std::string_view payload;
  level::level_enum level;
};
}  // namespace details

namespace sinks {
class sink {
 public:
  virtual ~sink() = default;
  virtual void log(const details::log_msg& message) = 0;
};
}  // namespace sinks

class logger {
 public:
  logger(std::string name, std::shared_ptr<sinks::sink> sink);
  void set_level(level::level_enum level);
  void info(const char* text, int value);

 private:
  std::shared_ptr<sinks::sink> sink_;
  std::string name_;
};

}  // namespace spdlog
