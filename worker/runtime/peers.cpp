#include "worker/runtime/peers.hpp"

#include <algorithm>
#include <utility>

namespace scoop {

bool Peers::learn(const Member& member) {
  if (is_lost(member.id)) return false;
  alive_.try_emplace(member.id, Peer{member});
  vacant_.erase({member.id.host, member.id.slot});
  return true;
}

bool Peers::lose(const LostWorker& worker) {
  alive_.erase(worker.id);
  draining_.erase(worker.id);
  const bool is_new = lost_.emplace(worker.id, worker).second;
  if (!is_new) return false;
  const std::pair place{worker.id.host, worker.id.slot};
  const bool is_taken = std::ranges::any_of(alive_, [&](const auto& entry) {
    return std::pair{entry.first.host, entry.first.slot} == place;
  });
  // Else it is the one that was to take the place, or history.
  if (worker.cause.is_wanted && !is_taken)
    vacant_.insert(place);
  else
    vacant_.erase(place);
  return true;
}

const Member* Peers::find(WorkerId worker) const {
  auto it = alive_.find(worker);
  return it == alive_.end() ? nullptr : &it->second.member;
}

std::size_t Peers::takers() const {
  const auto takes = [&](const auto& entry) { return !is_draining(entry.first); };
  const std::size_t known = alive_.size() + lost_.size();
  const std::size_t to_come = expected_ > known ? expected_ - known : 0;
  return to_come + vacant_.size() + static_cast<std::size_t>(std::ranges::count_if(alive_, takes));
}

bool Peers::must_greet(WorkerId worker) {
  auto it = alive_.find(worker);
  return it != alive_.end() && !std::exchange(it->second.greeted, true);
}

std::vector<Member> Peers::members() const {
  std::vector<Member> result;
  for (const auto& [id, peer] : alive_) result.push_back(peer.member);
  std::ranges::sort(result, {}, &Member::id);
  return result;
}

std::vector<LostWorker> Peers::lost() const {
  std::vector<LostWorker> result;
  for (const auto& [id, worker] : lost_) result.push_back(worker);
  std::ranges::sort(result, {}, &LostWorker::id);
  return result;
}

}  // namespace scoop
