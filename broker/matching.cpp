#include "broker/matching.hpp"

#include <algorithm>
#include <utility>

namespace scoop {

namespace {

WorkerId first_of_host(WorkerId worker) { return {worker.host, 0, 0}; }

}  // namespace

Matching::Orders Matching::on_hungry(WorkerId thief) {
  Orders orders;
  // It keeps no orders, and we need not tell it so.
  auto thieves = std::move(victims_[thief].thieves);
  victims_.erase(thief);
  with_surplus_.erase(thief);
  for (auto other : thieves) {
    hungry_[other] = broker_id;
    waiting_.insert(other);
  }
  if (!draining_.contains(thief)) {
    if (hungry_.emplace(thief, broker_id).second) waiting_.insert(thief);
    place({thief}, orders);
  }
  place(thieves, orders);
  return orders;
}

Matching::Orders Matching::on_sated(WorkerId thief, WorkerId fed_by) {
  Orders orders;
  auto it = hungry_.find(thief);
  if (it == hungry_.end()) return orders;
  take_back(thief, it->second == fed_by ? nullptr : &orders);
  hungry_.erase(thief);
  waiting_.erase(thief);
  return orders;
}

Matching::Orders Matching::on_surplus(WorkerId victim, std::uint64_t tasks) {
  Orders orders;
  auto& entry = victims_[victim];
  set_surplus(victim, tasks);
  entry.dry = tasks == 0;
  if (entry.dry) {
    auto thieves = entry.thieves;
    // So a hungry one gives back an order, and this may be any. One that it did take does no harm.
    if (is_hungry(victim)) {
      entry.thieves.clear();
      for (auto thief : thieves) hungry_[thief] = broker_id;
    }
    waiting_.insert(thieves.begin(), thieves.end());
    place(thieves, orders);
    return orders;
  }
  // It reports only after it has fed all that stood there, so these are about to be sated.
  for (auto thief : entry.thieves) waiting_.erase(thief);
  while (entry.surplus > 0) {
    auto thief = pick_thief(victim);
    if (thief == broker_id) break;
    give(thief, victim, orders);
  }
  return orders;
}

Matching::Orders Matching::on_lost(WorkerId worker) {
  Orders orders;
  draining_.erase(worker);
  std::vector<WorkerId> thieves;
  if (auto it = victims_.find(worker); it != victims_.end()) {
    thieves = std::move(it->second.thieves);
    victims_.erase(it);
  }
  with_surplus_.erase(worker);
  if (is_hungry(worker)) {
    take_back(worker, nullptr);
    hungry_.erase(worker);
    waiting_.erase(worker);
  }
  for (auto thief : thieves) {
    hungry_[thief] = broker_id;
    waiting_.insert(thief);
  }
  for (const auto& [thief, victim] : hungry_)
    if (victim != broker_id) orders.push_back({victim, thief});
  std::ranges::sort(orders, {}, &Order::thief);
  place(thieves, orders);
  return orders;
}

Matching::Orders Matching::on_drain(WorkerId worker) {
  draining_.insert(worker);
  return on_sated(worker, broker_id);
}

void Matching::place(const std::vector<WorkerId>& thieves, Orders& orders) {
  for (auto thief : thieves)
    if (auto victim = pick_victim(thief); victim != broker_id) give(thief, victim, orders);
}

/// In turn, so that all orders do not go to one; nobody: broker_id. A hungry worker may have surplus itself: what was
/// lost once with a worker it leaves to others.
WorkerId Matching::pick_victim(WorkerId thief) {
  auto after = [&](WorkerId from, bool same_host) {
    auto it = with_surplus_.upper_bound(from);
    if (it != with_surplus_.end() && *it == thief) ++it;
    bool found = it != with_surplus_.end() && (!same_host || it->host == thief.host);
    return found ? *it : broker_id;
  };
  auto victim = broker_id;
  if (last_victim_.host == thief.host) victim = after(last_victim_, true);
  if (victim == broker_id) victim = after(first_of_host(thief), true);
  if (victim == broker_id) victim = after(last_victim_, false);
  if (victim == broker_id) victim = after(broker_id, false);
  if (victim != broker_id) last_victim_ = victim;
  return victim;
}

WorkerId Matching::pick_thief(WorkerId victim) const {
  auto after = [&](WorkerId from) {
    auto it = waiting_.upper_bound(from);
    if (it != waiting_.end() && *it == victim) ++it;
    return it != waiting_.end() ? *it : broker_id;
  };
  auto thief = after(first_of_host(victim));
  return thief != broker_id && thief.host == victim.host ? thief : after(broker_id);
}

void Matching::give(WorkerId thief, WorkerId victim, Orders& orders) {
  take_back(thief, &orders);
  hungry_[thief] = victim;
  auto& entry = victims_[victim];
  entry.thieves.push_back(thief);
  set_surplus(victim, entry.surplus - 1);
  waiting_.erase(thief);
  orders.push_back({victim, thief});
}

void Matching::take_back(WorkerId thief, Orders* orders) {
  auto victim = std::exchange(hungry_[thief], broker_id);
  if (victim == broker_id) return;
  std::erase(victims_[victim].thieves, thief);
  if (orders != nullptr) orders->push_back({victim, thief, false});
}

void Matching::set_surplus(WorkerId victim, std::uint64_t tasks) {
  victims_[victim].surplus = tasks;
  if (tasks > 0)
    with_surplus_.insert(victim);
  else
    with_surplus_.erase(victim);
}

}  // namespace scoop
