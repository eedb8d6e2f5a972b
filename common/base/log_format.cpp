#include "common/base/log_format.hpp"

#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>

namespace scoop {
namespace {

/// Python's names of the levels, which are SCOOP's.
std::string_view level_name(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
      return "TRACE";
    case spdlog::level::debug:
      return "DEBUG";
    case spdlog::level::info:
      return "INFO";
    case spdlog::level::warn:
      return "WARNING";
    case spdlog::level::err:
      return "ERROR";
    default:
      return "CRITICAL";
  }
}

class LevelFlag : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const auto name = level_name(message.level);
    out.append(name.data(), name.data() + name.size());
    for (auto width = name.size(); width < 7; ++width) out.push_back(' ');
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<LevelFlag>(); }
};

std::string pattern(const std::string& broker) {
  return "[%Y-%m-%d %H:%M:%S,%e] %-9n " + (broker.empty() ? "" : "(" + broker + ") ") + "%* %v";
}

}  // namespace

struct LogFormat::Formatter {
  spdlog::pattern_formatter pattern;
};

LogFormat::LogFormat() : formatter_(std::make_unique<Formatter>()) {
  formatter_->pattern.add_flag<LevelFlag>('*');
  set_broker("");
}

LogFormat::~LogFormat() = default;

void LogFormat::set_broker(const std::string& host_port) { formatter_->pattern.set_pattern(pattern(host_port)); }

std::string LogFormat::line(const LogRecord& record) {
  spdlog::memory_buf_t out;
  formatter_->pattern.format({std::chrono::time_point_cast<spdlog::log_clock::duration>(record.time),
                              {},
                              record.name,
                              static_cast<spdlog::level::level_enum>(record.level),
                              record.text},
                             out);
  return {out.data(), out.size()};
}

}  // namespace scoop
