#include "worker/runtime/appraisal.hpp"

#include <algorithm>
#include <utility>

namespace scoop {

Appraisal::Verdict Appraisal::judge(const Load& load, TimePoint now) {
  measure(load, now);
  auto movable = load.queued + load.held;
  if (movable == 0 || load.oldest != oldest_ || load.held > held_) waiting_since_ = now;
  oldest_ = load.oldest;
  held_ = load.held;
  if (movable == 0) return Verdict::nothing;
  auto waiting = now - waiting_since_;
  if (load.asked_done || std::min(waiting, now - progress_since_) >= settings_.still) return Verdict::stuck;
  bool worth =
      per_task_ == Duration::zero() || per_task_ * static_cast<Duration::rep>(movable) >= settings_.round_trips;
  if (movable >= 2 && worth) return Verdict::share;
  return waiting >= settings_.still ? Verdict::oldest : Verdict::nothing;
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
