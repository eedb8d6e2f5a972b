#include "broker/leaving.hpp"

#include <algorithm>

namespace scoop {

void Leaving::on_drained(WorkerId worker) {
  if (const auto found = workers_.find(worker); found != workers_.end()) found->second.is_drained = true;
}

void Leaving::on_parted(WorkerId from, WorkerId worker) {
  if (const auto found = workers_.find(worker); found != workers_.end()) found->second.parted.insert(from);
}

std::vector<WorkerId> Leaving::workers() const {
  std::vector<WorkerId> all;
  for (const auto& [id, worker] : workers_) all.push_back(id);
  return all;
}

std::vector<WorkerId> Leaving::take_left(const std::vector<Member>& members) {
  std::vector<WorkerId> left;
  for (auto& [id, worker] : workers_) {
    if (!worker.is_drained || worker.has_left) continue;
    worker.has_left = std::ranges::all_of(
        members, [&](const Member& member) { return member.id == id || worker.parted.contains(member.id); });
    if (worker.has_left) left.push_back(id);
  }
  return left;
}

}  // namespace scoop
