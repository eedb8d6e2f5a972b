#include "worker/runtime/cancellations.hpp"

#include <algorithm>
#include <utility>

namespace scoop {

void Cancellations::begin(CancelRequest request, Holders awaited) { pending_.push_back({request, std::move(awaited)}); }

bool Cancellations::covers(TaskHandle task) const {
  return std::ranges::any_of(pending_, [&](const Pending& pending) { return pending.request.task == task; });
}

bool Cancellations::may_kill(TaskHandle task) const {
  return std::ranges::any_of(
      pending_, [&](const Pending& pending) { return pending.request.task == task && pending.request.kill; });
}

void Cancellations::on_answer(WorkerId holder, Attempt attempt) {
  for (Pending& pending : pending_) std::erase(pending.awaited, std::pair(attempt, holder));
}

void Cancellations::on_lost(WorkerId holder) {
  for (Pending& pending : pending_)
    std::erase_if(pending.awaited, [&](const auto& awaited) { return awaited.second == holder; });
}

std::vector<TaskHandle> Cancellations::take_answered() {
  std::vector<TaskHandle> answered;
  std::erase_if(pending_, [&](const Pending& pending) {
    if (!pending.awaited.empty()) return false;
    answered.push_back(pending.request.ticket);
    return true;
  });
  return answered;
}

}  // namespace scoop
