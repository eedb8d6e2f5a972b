#pragma once
#include <cstdint>

#include "common/base/clock.hpp"

namespace scoop {

/// How long a task takes at present, from looks at the progress counter; so it costs the tasks themselves nothing.
class TaskTime {
 public:
  void look(std::uint64_t progress, bool idle, TimePoint now) {
    const std::uint64_t tasks = progress - progress_;
    if (tasks > 0 && busy_) {
      const Duration each = (now - looked_at_) / static_cast<Duration::rep>(tasks);
      estimate_ = estimate_ == Duration::zero() ? each : (estimate_ + each) / 2;
    }
    if (tasks > 0 || idle || !busy_) {
      progress_ = progress;
      looked_at_ = now;
    }
    busy_ = !idle;
  }

  /// Zero: not known yet.
  Duration estimate() const { return estimate_; }

 private:
  std::uint64_t progress_ = 0;
  TimePoint looked_at_{};
  Duration estimate_{};
  bool busy_ = false;
};

}  // namespace scoop
