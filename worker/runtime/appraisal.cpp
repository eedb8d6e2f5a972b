#include "worker/runtime/appraisal.hpp"

#include <algorithm>
#include <utility>

namespace scoop {

Appraisal::Verdict Appraisal::judge(const Load& load, TimePoint now) {
  measure(load, now);
  if (load.oldest != oldest_) oldest_since_ = now;
  if (load.held > held_) held_since_ = now;
  oldest_ = load.oldest;
  held_ = load.held;
  auto movable = load.queued + load.held;
  auto waiting = std::max(load.queued > 0 ? now - oldest_since_ : Duration::zero(),
                          load.held > 0 ? now - held_since_ : Duration::zero());
  has_waited_ = waiting >= settings_.still;
  if (movable == 0) return Verdict::nothing;
  bool stands_still = has_waited_ && now - progress_since_ >= settings_.still;
  if (load.idle || load.asked_done || stands_still) return Verdict::stuck;
  bool worth =
      per_task_ == Duration::zero() || per_task_ * static_cast<Duration::rep>(movable) >= settings_.round_trips;
  if (movable >= 2 && worth) return Verdict::share;
  return has_waited_ ? Verdict::oldest : Verdict::nothing;
}

void Appraisal::measure(const Load& load, TimePoint now) {
  if (!std::exchange(has_looked_, true)) {
    progress_ = load.progress;
    progress_since_ = now;
  }
  auto ran = load.progress - progress_;
  if (ran == 0) return;
  // Looks in quick succession would make the rate jump.
  auto passed = now - progress_since_;
  if (passed >= settings_.round_trips || ran >= 100) per_task_ = passed / static_cast<Duration::rep>(ran);
  progress_ = load.progress;
  progress_since_ = now;
}

}  // namespace scoop
