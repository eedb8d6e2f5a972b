#pragma once
#include <cstdint>
#include <utility>

#include "common/base/clock.hpp"

namespace scoop {

/// Keeps a warning that repeats itself from flooding the log: the first is due at once, then one in each interval.
class WarningLimit {
 public:
  explicit WarningLimit(Duration interval = std::chrono::seconds(1)) : interval_(interval) {}

  /// One more has happened. How many to report now, this one and those kept back; 0: it is kept back too.
  std::uint64_t on_event(TimePoint now) {
    ++kept_back_;
    if (now < next_) return 0;
    next_ = now + interval_;
    return std::exchange(kept_back_, 0);
  }

 private:
  Duration interval_;
  TimePoint next_ = TimePoint::min();
  std::uint64_t kept_back_ = 0;
};

}  // namespace scoop
