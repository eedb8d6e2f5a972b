#pragma once
#include <spdlog/logger.h>

namespace spdlog::sinks {

template <class Mutex>
class base_sink : public sink {
 public:
  void log(const details::log_msg& message) final { sink_it_(message); }

 protected:
  virtual void sink_it_(const details::log_msg& message) = 0;
  virtual void flush_() = 0;
};

}  // namespace spdlog::sinks
