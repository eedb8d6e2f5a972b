#pragma once
#include "common/base/clock.hpp"
#include "worker/runtime/runtime.hpp"

namespace scoop {

struct AppraisalSettings {
  Duration round_trips = std::chrono::microseconds(400);  // four: less work than this is not worth giving
  Duration still = std::chrono::milliseconds(1);          // after it, a worker that has not moved counts as stuck
};

/// Whether this worker has work worth giving away, judged by what it was seen to do between looks.
class Appraisal {
 public:
  explicit Appraisal(AppraisalSettings settings) : settings_(settings) {}

  enum class Verdict {
    nothing,  // no movable work, or the worker thread will have done it sooner than a thief
    share,    // enough of it: an even share for each
    oldest,   // one task: the count says little, but the oldest has been waiting while much ran, so it is a large one
    stuck,    // the worker thread does not get on: the last task too
  };
  Verdict judge(const Load& load, TimePoint now);
  /// At the last look the oldest, or something held, had been waiting for long enough to be worth it whatever the rate
  /// says.
  bool has_waited() const { return has_waited_; }

 private:
  void measure(const Load& load, TimePoint now);

  AppraisalSettings settings_;
  bool has_looked_ = false;
  std::uint64_t progress_ = 0;
  TimePoint progress_since_{};            // when it was first seen at this
  Duration per_task_ = Duration::zero();  // recent; zero: unknown
  std::uint64_t oldest_ = 0;
  TimePoint oldest_since_{};  // when it was first seen
  std::uint64_t held_ = 0;
  TimePoint held_since_{};  // when something of what is held was last seen to be new
  bool has_waited_ = false;
};

}  // namespace scoop
