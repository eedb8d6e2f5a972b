#include "worker/runtime/standing_orders.hpp"

#include <algorithm>

namespace scoop {

void StandingOrders::on_feed(WorkerId thief) {
  if (believed_ > 0) --believed_;
  find_or_add(thief).by_broker = true;
}

void StandingOrders::on_unfeed(WorkerId thief) { clear(thief, &Order::by_broker); }

void StandingOrders::on_asked(WorkerId thief) { find_or_add(thief).by_thief = true; }

void StandingOrders::on_not_asked(WorkerId thief) { clear(thief, &Order::by_thief); }

void StandingOrders::on_lost(WorkerId thief) {
  std::erase_if(orders_, [&](auto& order) { return order.thief == thief; });
}

void StandingOrders::on_hungry() {
  for (auto& order : orders_) order.by_broker = false;
  std::erase_if(orders_, [](auto& order) { return !order.by_thief; });
  believed_ = 0;
  told_dry_ = true;
}

bool StandingOrders::should_retract() const { return !told_dry_ && std::ranges::any_of(orders_, &Order::by_broker); }

void StandingOrders::on_reported(std::uint64_t tasks) {
  believed_ = tasks;
  told_dry_ = tasks == 0;
}

StandingOrders::Order& StandingOrders::find_or_add(WorkerId thief) {
  auto it = std::ranges::find(orders_, thief, &Order::thief);
  return it == orders_.end() ? orders_.emplace_back(Order{thief}) : *it;
}

void StandingOrders::clear(WorkerId thief, bool Order::*side) {
  auto it = std::ranges::find(orders_, thief, &Order::thief);
  if (it == orders_.end()) return;
  (*it).*side = false;
  if (!it->by_broker && !it->by_thief) orders_.erase(it);
}

}  // namespace scoop
