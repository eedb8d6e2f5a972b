#include "common/base/log.hpp"

namespace scoop {

Log::Log(std::string name, LogLevel level, Sink sink) : name_(std::move(name)), level_(level), sink_(std::move(sink)) {}

void Log::write(LogLevel level, std::string text) const {
  if (shows(level)) sink_({std::chrono::system_clock::now(), level, name_, std::move(text)});
}

}  // namespace scoop
