#include "broker/matching.hpp"

#include <doctest/doctest.h>

using namespace scoop;

namespace {

// Two hosts with three workers each.
constexpr WorkerId a0{0, 0, 1}, a1{0, 1, 1}, a2{0, 2, 1}, b0{1, 0, 1}, b1{1, 1, 1}, b2{1, 2, 1};

struct IsOrder {
  WorkerId victim, thief;
  bool feed = true;
};

bool same(const Matching::Orders& orders, const std::vector<IsOrder>& expected) {
  return std::equal(orders.begin(), orders.end(), expected.begin(), expected.end(), [](const auto& x, const auto& y) {
    return x.victim == y.victim && x.thief == y.thief && x.feed == y.feed;
  });
}

}  // namespace

TEST_CASE("Matching gives a hungry worker to one with surplus") {
  Matching matching;
  CHECK(matching.on_surplus(a0, 5).empty());
  CHECK(same(matching.on_hungry(a1), {{a0, a1}}));
  CHECK(same(matching.on_hungry(b1), {{a0, b1}}));
}

TEST_CASE("Matching remembers the hungry for the first that reports surplus") {
  Matching matching;
  CHECK(matching.on_hungry(a1).empty());
  CHECK(matching.on_hungry(a2).empty());
  CHECK(same(matching.on_surplus(b0, 9), {{b0, a1}, {b0, a2}}));
}

TEST_CASE("Matching prefers the same host on both sides") {
  Matching matching;
  matching.on_surplus(a0, 5);
  matching.on_surplus(b0, 5);
  CHECK(same(matching.on_hungry(b1), {{b0, b1}}));
  CHECK(same(matching.on_hungry(a1), {{a0, a1}}));
  Matching other;
  other.on_hungry(a1);
  other.on_hungry(b1);
  CHECK(same(other.on_surplus(b0, 1), {{b0, b1}}));
}

TEST_CASE("Matching spreads thieves over the victims of a host, then of others") {
  Matching matching;
  matching.on_surplus(a0, 5);
  matching.on_surplus(a1, 5);
  CHECK(same(matching.on_hungry(a2), {{a0, a2}}));
  CHECK(same(matching.on_hungry(b0), {{a1, b0}}));
  CHECK(same(matching.on_hungry(b1), {{a0, b1}}));
}

TEST_CASE("Matching counts each order against the surplus reported") {
  Matching matching;
  matching.on_surplus(a0, 1);
  CHECK(same(matching.on_hungry(a1), {{a0, a1}}));
  CHECK(matching.on_hungry(a2).empty());
  CHECK(same(matching.on_surplus(a0, 1), {{a0, a2}}));
}

TEST_CASE("Matching does not move an order while its victim may still have something") {
  Matching matching;
  matching.on_surplus(a0, 1);
  matching.on_hungry(a1);
  CHECK(matching.on_surplus(b0, 5).empty());
}

TEST_CASE("Matching leaves an order with a dry victim until another has surplus") {
  Matching matching;
  matching.on_surplus(a0, 1);
  matching.on_hungry(a1);
  CHECK(matching.on_surplus(a0, 0).empty());
  CHECK(same(matching.on_surplus(b0, 5), {{a0, a1, false}, {b0, a1}}));
  CHECK(matching.on_surplus(a0, 5).empty());
}

TEST_CASE("Matching moves the orders of a victim that runs dry to one that is not") {
  Matching matching;
  matching.on_surplus(a0, 2);
  matching.on_hungry(a1);
  matching.on_surplus(a2, 3);
  CHECK(same(matching.on_surplus(a0, 0), {{a0, a1, false}, {a2, a1}}));
}

TEST_CASE("Matching takes back the order of one that was fed by another") {
  Matching matching;
  matching.on_surplus(a0, 5);
  matching.on_hungry(a1);
  CHECK(same(matching.on_sated(a1, b0), {{a0, a1, false}}));
  CHECK_FALSE(matching.is_hungry(a1));
  matching.on_hungry(a1);
  CHECK(matching.on_sated(a1, a0).empty());
}

TEST_CASE("Matching knows that a hungry worker has nothing and keeps no orders") {
  Matching matching;
  matching.on_surplus(a0, 5);
  CHECK(same(matching.on_hungry(a1), {{a0, a1}}));
  CHECK(matching.on_hungry(a0).empty());
  CHECK(matching.on_hungry(a2).empty());
  CHECK(same(matching.on_surplus(b0, 9), {{b0, a0}, {b0, a1}, {b0, a2}}));
}

TEST_CASE("Matching lets two hungry workers feed each other, and none itself") {
  Matching matching;
  matching.on_hungry(a0);
  CHECK(matching.on_surplus(a0, 1).empty());
  CHECK(same(matching.on_hungry(a1), {{a0, a1}}));
  CHECK(same(matching.on_surplus(a1, 1), {{a1, a0}}));
  CHECK(matching.on_surplus(a0, 0).empty());
  CHECK(same(matching.on_surplus(a0, 7), {{a0, a1}}));
}

TEST_CASE("Matching gives anew what a hungry worker gave back") {
  Matching matching;
  matching.on_hungry(a0);
  matching.on_hungry(a1);
  CHECK(same(matching.on_surplus(a0, 1), {{a0, a1}}));
  CHECK(matching.on_surplus(a0, 0).empty());
  CHECK(matching.is_hungry(a1));
  CHECK(same(matching.on_surplus(a0, 1), {{a0, a1}}));
}

TEST_CASE("Matching gives the thieves of a lost victim to another") {
  Matching matching;
  matching.on_surplus(a0, 5);
  matching.on_hungry(a1);
  CHECK(matching.on_lost(a0).empty());
  CHECK(same(matching.on_surplus(b0, 5), {{b0, a1}}));
}

TEST_CASE("Matching forgets a lost thief") {
  Matching matching;
  matching.on_hungry(a1);
  matching.on_lost(a1);
  CHECK(matching.on_surplus(b0, 5).empty());
  matching.on_hungry(a2);
  matching.on_lost(a2);
  CHECK(matching.on_surplus(b0, 0).empty());
  CHECK(matching.hungry() == 0);
}

TEST_CASE("Matching says the orders that stand again after a loss, for it may have swallowed the food") {
  Matching matching;
  matching.on_surplus(a0, 5);
  matching.on_hungry(a1);
  matching.on_hungry(b1);
  CHECK(same(matching.on_lost(b2), {{a0, a1}, {a0, b1}}));
}

TEST_CASE("Matching gives the orders of a hungry worker that is to leave to others, and none to itself") {
  constexpr WorkerId leaver{0, 1, 1}, thief{0, 2, 1}, other{0, 3, 1};
  Matching matching;
  matching.on_surplus(leaver, 1);
  REQUIRE(matching.on_hungry(thief).size() == 1);
  CHECK(matching.on_drain(leaver).empty());
  matching.on_surplus(other, 2);
  const auto orders = matching.on_hungry(leaver);
  REQUIRE(orders.size() == 1);
  CHECK(orders[0].victim == other);
  CHECK(orders[0].thief == thief);
  CHECK_FALSE(matching.is_hungry(leaver));
}
