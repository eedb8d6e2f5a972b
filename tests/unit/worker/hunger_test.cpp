#include "worker/runtime/hunger.hpp"

#include <doctest/doctest.h>

#include "support/manual_clock.hpp"
#include "support/recording_outbox.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

constexpr WorkerId owner{0, 1, 1}, other{0, 2, 1};

struct Thief {
  ManualClock clock;
  RecordingOutbox out;
  Hunger hunger{500us};

  void pass(Duration time) {
    clock.advance(time);
    if (hunger.next_deadline() <= clock.now()) hunger.on_tick(clock.now(), out);
  }
};

}  // namespace

TEST_CASE("Hunger goes to the broker at once when there is nobody else to ask") {
  Thief thief;
  thief.hunger.on_idle(broker_id, thief.clock.now(), thief.out);
  CHECK(thief.out.take<Hungry>(broker_id).size() == 1);
  thief.hunger.on_idle(broker_id, thief.clock.now(), thief.out);
  CHECK(thief.out.empty());
  CHECK_FALSE(thief.hunger.may_ask());
}

TEST_CASE("Hunger said to an owner goes to the broker only if nothing comes") {
  Thief thief;
  thief.hunger.on_idle(owner, thief.clock.now(), thief.out);
  CHECK(thief.out.empty());
  SUBCASE("which it does") {
    thief.hunger.on_fed(owner, thief.out);
    thief.pass(1s);
    CHECK(thief.out.empty());
  }
  SUBCASE("in time") {
    thief.pass(499us);
    CHECK(thief.out.empty());
    thief.pass(1us);
    CHECK(thief.out.take<Hungry>(broker_id).size() == 1);
  }
  SUBCASE("however often it is noticed") {
    thief.pass(400us);
    thief.hunger.on_idle(broker_id, thief.clock.now(), thief.out);
    thief.pass(100us);
    CHECK(thief.out.take<Hungry>(broker_id).size() == 1);
  }
}

TEST_CASE("Hunger ends with a word to the broker, who fed it, and one to the owner that was asked in vain") {
  Thief thief;
  thief.hunger.on_idle(owner, thief.clock.now(), thief.out);
  thief.pass(1ms);
  thief.out.clear();
  thief.hunger.on_fed(other, thief.out);
  auto sated = thief.out.take<Sated>(broker_id);
  REQUIRE(sated.size() == 1);
  CHECK(sated[0].fed_by == other);
  auto withdrawn = thief.out.take<Results>(owner);
  REQUIRE(withdrawn.size() == 1);
  CHECK_FALSE(withdrawn[0].hungry);
  thief.hunger.on_fed(other, thief.out);
  CHECK(thief.out.empty());
}

TEST_CASE("Hunger is always ended before it is said again") {
  Thief thief;
  for (int i = 0; i < 3; ++i) {
    thief.hunger.on_idle(broker_id, thief.clock.now(), thief.out);
    CHECK(thief.out.take<Hungry>(broker_id).size() == 1);
    thief.hunger.on_fed(owner, thief.out);
    CHECK(thief.out.take<Sated>(broker_id).size() == 1);
  }
}

TEST_CASE("Hunger outlasts a short piece of own work, not a long one") {
  Thief thief;
  thief.hunger.on_idle(broker_id, thief.clock.now(), thief.out);
  thief.out.clear();
  thief.hunger.on_busy(thief.clock.now());
  thief.pass(400us);
  thief.hunger.on_idle(broker_id, thief.clock.now(), thief.out);
  thief.pass(10ms);
  CHECK(thief.out.empty());
  thief.hunger.on_busy(thief.clock.now());
  thief.pass(500us);
  auto sated = thief.out.take<Sated>(broker_id);
  REQUIRE(sated.size() == 1);
  CHECK(sated[0].fed_by == broker_id);
}

TEST_CASE("Hunger of a worker that was busy all the time says nothing") {
  Thief thief;
  thief.hunger.on_busy(thief.clock.now());
  thief.pass(1s);
  CHECK(thief.out.empty());
  CHECK(thief.hunger.next_deadline() == never);
}

TEST_CASE("Hunger turns to the broker when the owner it asked is lost") {
  Thief thief;
  thief.hunger.on_idle(owner, thief.clock.now(), thief.out);
  thief.hunger.on_lost(owner, thief.clock.now());
  thief.pass(0us);
  CHECK(thief.out.take<Hungry>(broker_id).size() == 1);
}

TEST_CASE("Hunger ends before surplus is reported") {
  Thief thief;
  thief.hunger.on_idle(broker_id, thief.clock.now(), thief.out);
  thief.hunger.on_busy(thief.clock.now());
  thief.hunger.on_surplus(thief.out);
  CHECK(thief.out.take<Sated>(broker_id).size() == 1);
  thief.pass(1s);
  CHECK(thief.out.count<Sated>() == 0);
}
