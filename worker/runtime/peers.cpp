#include "worker/runtime/peers.hpp"

#include <algorithm>
#include <utility>

namespace scoop {

bool Peers::learn(const Member& member) {
  if (is_lost(member.id)) return false;
  alive_.try_emplace(member.id, Peer{member});
  return true;
}

bool Peers::lose(const LostWorker& worker) {
  alive_.erase(worker.id);
  return lost_.emplace(worker.id, worker).second;
}

const Member* Peers::find(WorkerId worker) const {
  auto it = alive_.find(worker);
  return it == alive_.end() ? nullptr : &it->second.member;
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
