#include <spdlog/logger.h>

namespace fmt::v9 {
std::string vformat(const char* text, int value) { return std::string("other fmt: ") + text + std::to_string(value); }
}  // namespace fmt::v9

namespace spdlog {
logger::logger(std::string name, std::shared_ptr<sinks::sink> sink) : sink_(std::move(sink)), name_(std::move(name)) {}
void logger::set_level(level::level_enum) {}
void logger::info(const char* text, int value) {
  const auto line = "other spdlog, " + fmt::v9::vformat(text, value);
  sink_->log({{}, line, level::info});
}
}  // namespace spdlog
