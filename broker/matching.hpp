#pragma once
#include <cstdint>
#include <set>
#include <unordered_map>
#include <vector>

#include "common/protocol/ids.hpp"

namespace scoop {

/// Who is hungry, who has surplus, and which victim was told to feed whom.
///
/// A thief has one order at a time. The order stays with its victim even when that one has nothing to give (it feeds
/// when it next has something), but then the thief is also among the waiting and goes to the first other worker that
/// reports surplus. All costs are logarithmic in the number of workers.
class Matching {
 public:
  /// What to tell victims, in this order.
  struct Order {
    WorkerId victim;
    WorkerId thief;
    bool feed = true;  // else take it back
  };
  using Orders = std::vector<Order>;

  /// It has no surplus, unless it reports some from now on.
  Orders on_hungry(WorkerId thief);
  Orders on_sated(WorkerId thief, WorkerId fed_by);
  Orders on_surplus(WorkerId victim, std::uint64_t tasks);
  /// A loss may have swallowed what was on its way to a thief through the lost worker (Release): every order that
  /// stands is given again, which changes nothing where it still stands.
  Orders on_lost(WorkerId worker);
  /// From now on it is no thief; as a victim it goes on.
  Orders on_drain(WorkerId worker);

  bool is_hungry(WorkerId worker) const { return hungry_.contains(worker); }
  std::size_t hungry() const { return hungry_.size(); }

 private:
  struct Victim {
    std::uint64_t surplus = 0;      // reported, less one for each order since
    bool dry = true;                // its last word was that it has nothing
    std::vector<WorkerId> thieves;  // ordered and not yet sated
  };

  WorkerId pick_victim(WorkerId thief);
  WorkerId pick_thief(WorkerId victim) const;
  void give(WorkerId thief, WorkerId victim, Orders& orders);
  void take_back(WorkerId thief, Orders* orders);
  void set_surplus(WorkerId victim, std::uint64_t tasks);
  void place(const std::vector<WorkerId>& thieves, Orders& orders);

  std::unordered_map<WorkerId, WorkerId> hungry_;  // thief: where its order stands; nobody: broker_id
  std::unordered_map<WorkerId, Victim> victims_;
  // Sorted by host, so that one of the same host is found first.
  std::set<WorkerId> waiting_;  // hungry, without an order or with one at a dry victim
  std::set<WorkerId> with_surplus_;
  std::set<WorkerId> draining_;
  WorkerId last_victim_;
};

}  // namespace scoop
