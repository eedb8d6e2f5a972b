#include "worker/runtime/appraisal.hpp"

#include <algorithm>

namespace scoop {

Appraisal::Verdict Appraisal::judge(const Load& load, TimePoint now) {
  if (load.progress != progress_) {
    // Looks in quick succession would make the rate jump: leave it to the next one.
    if (auto ran = load.progress - progress_; now - progress_since_ >= settings_.round_trips || ran >= 100)
      per_task_ = (now - progress_since_) / static_cast<Duration::rep>(ran);
    progress_ = load.progress;
    progress_since_ = now;
  }
  auto movable = load.queued + load.held;
  if (load.oldest != oldest_ || movable == 0) {
    oldest_ = load.oldest;
    oldest_since_ = now;
  }
  if (movable == 0) return Verdict::nothing;
  auto waiting = now - oldest_since_;
  if (load.asked_done || std::min(waiting, now - progress_since_) >= settings_.still) return Verdict::stuck;
  bool worth =
      per_task_ == Duration::zero() || per_task_ * static_cast<Duration::rep>(movable) >= settings_.round_trips;
  if (movable >= 2 && worth) return Verdict::share;
  return waiting >= settings_.still ? Verdict::oldest : Verdict::nothing;
}

}  // namespace scoop
