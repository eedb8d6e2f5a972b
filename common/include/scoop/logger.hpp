#pragma once
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <memory>
#include <mutex>
#include <scoop/detail/abi.hpp>

/// The only public header that needs spdlog. The logger is built here, in the user's program, so that this may be any
/// version of spdlog; only finished lines cross to libscoop.

namespace scoop {

namespace detail {

class LogSink final : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    scoop_log(static_cast<int>(message.level), message.payload.data(), message.payload.size());
  }
  void flush_() override {}
};

}  // namespace detail

/// Lines that the launcher shows under this worker's name and level: `scoop::logger()->info("{} done", n)`.
///
/// Shape:   debug shows with the launcher's `-v`, trace with `-vv`.
/// Units:   a text of more than 16 KiB comes in several lines.
/// Threads: any.
inline const std::shared_ptr<spdlog::logger>& logger() {
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("scoop", std::make_shared<detail::LogSink>());
    made->set_level(spdlog::level::trace);  // the launcher's options decide what is shown
    return made;
  }();
  return instance;
}

}  // namespace scoop
