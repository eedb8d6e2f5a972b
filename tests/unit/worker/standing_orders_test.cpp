#include "worker/runtime/standing_orders.hpp"

#include <doctest/doctest.h>

using namespace scoop;

namespace {

constexpr WorkerId a{0, 1, 1}, b{0, 2, 1};

}  // namespace

TEST_CASE("StandingOrders are served in turn, once each") {
  StandingOrders orders;
  orders.on_feed(a);
  orders.on_feed(b);
  orders.on_asked(a);
  REQUIRE(orders.size() == 2);
  CHECK(orders.first() == a);
  orders.on_fed_first();
  CHECK(orders.first() == b);
  orders.on_fed_first();
  CHECK(orders.empty());
}

TEST_CASE("StandingOrders of the broker and of the thief itself are taken back apart") {
  StandingOrders orders;
  orders.on_feed(a);
  orders.on_asked(a);
  orders.on_unfeed(a);
  CHECK(orders.size() == 1);
  orders.on_not_asked(a);
  CHECK(orders.empty());
  orders.on_unfeed(a);
  orders.on_not_asked(b);
  CHECK(orders.empty());
}

TEST_CASE("StandingOrders forget a lost thief, and the broker's orders when hungry") {
  StandingOrders orders;
  orders.on_feed(a);
  orders.on_lost(a);
  CHECK(orders.empty());
  orders.on_feed(a);
  orders.on_feed(b);
  orders.on_asked(b);
  orders.on_hungry();
  REQUIRE(orders.size() == 1);
  CHECK(orders.first() == b);
}

TEST_CASE("StandingOrders want the broker to hear of surplus once, until it is used up") {
  StandingOrders orders;
  CHECK(orders.should_report());
  orders.on_reported(2);
  CHECK_FALSE(orders.wanted());
  orders.on_feed(a);
  CHECK_FALSE(orders.should_report());
  orders.on_fed_first();
  CHECK_FALSE(orders.should_report());
  orders.on_feed(b);
  orders.on_fed_first();
  CHECK(orders.should_report());
}

TEST_CASE("StandingOrders want the broker to hear once that there is nothing for its thief") {
  StandingOrders orders;
  orders.on_reported(3);
  CHECK_FALSE(orders.should_retract());
  orders.on_asked(a);
  CHECK_FALSE(orders.should_retract());
  orders.on_feed(b);
  CHECK(orders.should_retract());
  orders.on_reported(0);
  CHECK_FALSE(orders.should_retract());
  CHECK(orders.wanted());
}
