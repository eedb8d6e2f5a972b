#pragma once
#include <cstdint>
#include <deque>

#include "common/protocol/ids.hpp"

namespace scoop {

/// The victim's side: who waits to be fed by this worker, and what the broker believes about its surplus.
class StandingOrders {
 public:
  void on_feed(WorkerId thief);    // from the broker
  void on_unfeed(WorkerId thief);  // from the broker
  void on_asked(WorkerId thief);   // by the thief itself
  void on_not_asked(WorkerId thief);
  void on_lost(WorkerId thief);  // or it takes no more tasks
  /// Said Hungry: the broker gives its orders to others.
  void on_hungry();

  bool empty() const { return orders_.empty(); }
  std::size_t size() const { return orders_.size(); }
  WorkerId first() const { return orders_.front().thief; }
  void on_fed_first() { orders_.pop_front(); }

  /// Somebody could be told of surplus: it is worth while to look for it.
  bool wanted() const { return !empty() || believed_ == 0; }
  /// The broker believes in some surplus here.
  bool is_believed() const { return believed_ > 0; }
  /// The broker should hear of surplus.
  bool should_report() const { return empty() && believed_ == 0; }
  /// The broker should hear that there is none.
  bool should_retract() const;
  void on_reported(std::uint64_t tasks);

 private:
  struct Order {
    WorkerId thief;
    bool by_broker = false;
    bool by_thief = false;
  };

  Order& find_or_add(WorkerId thief);
  void clear(WorkerId thief, bool Order::*side);

  std::deque<Order> orders_;    // served in turn
  std::uint64_t believed_ = 0;  // what the broker believes is left of the last report, or less
  bool told_dry_ = true;        // the last report was 0
};

}  // namespace scoop
