#include "broker/broker.hpp"

#include <doctest/doctest.h>

#include "support/manual_clock.hpp"
#include "support/members.hpp"
#include "support/recording_outbox.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

constexpr WorkerId w0{0, 0, 1}, w1{0, 1, 1}, w2{0, 2, 1};

struct Pool {
  ManualClock clock;
  RecordingOutbox out;
  Broker broker{BrokerSettings{.lost_after = 30s, .check_every = 1s}, clock.now()};

  explicit Pool(std::vector<WorkerId> workers) {
    for (auto worker : workers) say(worker, hello(worker));
    out.clear();
    broker.take_events();
  }
  void say(WorkerId from, Message message) { broker.on_message(from, std::move(message), clock.now(), out); }
  /// Ticks on time, as a loop does.
  void pass(Duration time) {
    for (auto end = clock.now() + time; broker.next_deadline() <= end;) {
      clock.advance(broker.next_deadline() - clock.now());
      broker.on_tick(clock.now(), out);
    }
  }
  template <class E>
  std::vector<E> events() {
    std::vector<E> found;
    for (auto& event : broker.take_events())
      if (auto* match = std::get_if<E>(&event)) found.push_back(*match);
    return found;
  }
};

}  // namespace

TEST_CASE("Broker welcomes a worker and tells the others") {
  Pool pool({w0});
  pool.say(w1, hello(w1));
  auto welcome = pool.out.take<Welcome>(w1);
  REQUIRE(welcome.size() == 1);
  CHECK(welcome[0].members.size() == 2);
  auto joined = pool.out.take<Joined>(w0);
  REQUIRE(joined.size() == 1);
  CHECK(joined[0].member.id == w1);
  CHECK(pool.out.empty());
  CHECK(pool.events<WorkerJoined>().size() == 1);
}

TEST_CASE("Broker refuses a worker that has other code, and hears nothing more of it") {
  Pool pool({w0});
  auto other = hello(w1);
  other.modules = {};
  pool.say(w1, other);
  REQUIRE(pool.out.take<Refused>(w1).size() == 1);
  pool.say(w0, Surplus{3});
  pool.say(w1, Hungry{});
  CHECK(pool.out.empty());
  CHECK(pool.events<WorkerRefused>().size() == 1);
}

TEST_CASE("Broker hears only members, and under their own name") {
  Pool pool({w0});
  pool.say(w0, Surplus{3});
  pool.say(w1, Hungry{});
  pool.say(w1, hello(w2));
  CHECK(pool.out.empty());
}

TEST_CASE("Broker orders a victim to feed a hungry worker, with its addresses") {
  Pool pool({w0, w1});
  pool.say(w0, Surplus{3});
  pool.say(w1, Hungry{});
  auto feed = pool.out.take<Feed>(w0);
  REQUIRE(feed.size() == 1);
  CHECK(feed[0].thief.addresses == member(w1).addresses);
  pool.say(w1, Sated{});
  CHECK(pool.out.take<Unfeed>(w0).size() == 1);
}

TEST_CASE("Broker tells everybody of a worker whose process ended, once") {
  Pool pool({w0, w1, w2});
  pool.broker.on_ended(lost(w1), pool.clock.now(), pool.out);
  pool.broker.on_ended(lost(w1), pool.clock.now(), pool.out);
  CHECK(pool.out.dropped() == std::vector{w1});
  CHECK(pool.out.take<Lost>(w0).size() == 1);
  auto told = pool.out.take<Lost>(w2);
  REQUIRE(told.size() == 1);
  CHECK(told[0].worker.cause.signal == 9);
  CHECK(pool.out.empty());
}

TEST_CASE("Broker tells nobody of a process that ended before it joined, and never admits it") {
  Pool pool({w0});
  pool.broker.on_ended(lost(w1), pool.clock.now(), pool.out);
  pool.say(w1, hello(w1));
  CHECK(pool.out.empty());
}

TEST_CASE("Broker tells a new worker who was lost") {
  Pool pool({w0, w1});
  pool.broker.on_ended(lost(w1), pool.clock.now(), pool.out);
  pool.say(w2, hello(w2));
  auto welcome = pool.out.take<Welcome>(w2);
  REQUIRE(welcome.size() == 1);
  REQUIRE(welcome[0].lost.size() == 1);
  CHECK(welcome[0].lost[0].id == w1);
}

TEST_CASE("Broker relays between living workers alone") {
  Pool pool({w0, w1});
  CHECK(pool.broker.relays(w0, w1));
  CHECK_FALSE(pool.broker.relays(w0, w0));
  CHECK_FALSE(pool.broker.relays(w0, w2));
  CHECK_FALSE(pool.broker.relays(w2, w0));
  pool.broker.on_ended(lost(w1), pool.clock.now(), pool.out);
  CHECK_FALSE(pool.broker.relays(w0, w1));
  CHECK_FALSE(pool.broker.relays(w1, w0));
}

TEST_CASE("Broker takes a silent worker for lost, and one with heartbeats not") {
  Pool pool({w0, w1});
  for (int i = 0; i < 10; ++i) {
    pool.pass(3s);
    pool.say(w0, Heartbeat{});
  }
  pool.pass(2s);
  CHECK(pool.out.dropped() == std::vector{w1});
  CHECK(pool.out.take<Lost>(w0).size() == 1);
}

TEST_CASE("Broker that was frozen declares nobody dead") {
  Pool pool({w0, w1});
  pool.pass(20s);
  pool.clock.advance(300s);
  SUBCASE("and notices it before the first message") {
    pool.broker.on_tick(pool.clock.now(), pool.out);
    pool.say(w0, Heartbeat{});
  }
  SUBCASE("and hears a message first") {
    pool.say(w0, Heartbeat{});
    pool.broker.on_tick(pool.clock.now(), pool.out);
  }
  CHECK(pool.events<BrokerPaused>().size() == 1);
  pool.say(w0, Heartbeat{});
  pool.pass(8s);
  CHECK(pool.out.dropped().empty());
  pool.pass(2s);
  CHECK(pool.out.dropped() == std::vector{w1});
}

TEST_CASE("Broker told to wait for ever declares nobody silent") {
  ManualClock clock;
  RecordingOutbox out;
  Broker broker({.lost_after = never_lost, .check_every = 1s}, clock.now());
  broker.on_message(w0, hello(w0), clock.now(), out);
  for (int i = 0; i < 100; ++i) broker.on_tick(clock.advance(1s), out);
  CHECK(out.dropped().empty());
}

TEST_CASE("Broker gives a lost victim's thief to the next one") {
  Pool pool({w0, w1, w2});
  pool.say(w0, Surplus{3});
  pool.say(w2, Hungry{});
  pool.say(w1, Surplus{3});
  pool.broker.on_ended(lost(w0), pool.clock.now(), pool.out);
  CHECK(pool.out.take<Feed>(w1).size() == 1);
}

// --- who is to leave ---

TEST_CASE("Broker lets a worker go when nothing is left at it and all others have parted from it") {
  Pool pool({w0, w1, w2});
  pool.broker.on_drain(w1, pool.out);
  CHECK(pool.out.take<Drain>(w1).size() == 1);
  REQUIRE(pool.out.take<Draining>(w0).size() == 1);
  CHECK(pool.out.take<Draining>(w2).front().worker == w1);
  SUBCASE("the others last") {
    pool.say(w1, Drained{});
    pool.say(w0, Parted{w1});
    CHECK(pool.events<WorkerLeft>().empty());
    pool.say(w2, Parted{w1});
  }
  SUBCASE("itself last") {
    for (auto other : {w0, w2}) pool.say(other, Parted{w1});
    CHECK(pool.events<WorkerLeft>().empty());
    pool.say(w1, Drained{});
  }
  SUBCASE("another is lost meanwhile") {
    pool.say(w1, Drained{});
    pool.say(w0, Parted{w1});
    pool.broker.on_ended(lost(w2), pool.clock.now(), pool.out);
  }
  const auto left = pool.events<WorkerLeft>();
  REQUIRE(left.size() == 1);
  CHECK(left[0].worker == w1);
  pool.say(w0, Parted{w1});
  CHECK(pool.events<WorkerLeft>().empty());
}

TEST_CASE("Broker lets nobody go with a constant that no other host has") {
  constexpr WorkerId far{1, 0, 1};
  Pool pool({w0, far});
  pool.say(far, SetConstant{"old", "int", "a", 5});
  pool.say(far, SetConstant{"shared", "int", "a", 5});
  pool.say(w0, ConstantHeld{"shared"});
  pool.broker.on_drain(far, pool.out);
  const auto saved = pool.out.take<ConstantFound>(w0);
  REQUIRE(saved.size() == 1);
  CHECK(saved[0].constant.name == "old");
  pool.say(far, SetConstant{"new", "int", "b", 5});
  CHECK(pool.out.take<ConstantFound>(w0).back().constant.name == "old");
  pool.say(w0, Parted{far});
  pool.say(far, Drained{});
  pool.say(w0, ConstantHeld{"old"});
  CHECK(pool.events<WorkerLeft>().empty());
  pool.say(w0, ConstantHeld{"new"});
  CHECK(pool.events<WorkerLeft>().size() == 1);
}

TEST_CASE("Broker waits for those who joined while a worker leaves") {
  Pool pool({w0, w1});
  pool.broker.on_drain(w1, pool.out);
  pool.say(w2, hello(w2));
  REQUIRE(pool.out.take<Draining>(w2).size() == 1);
  pool.say(w1, Drained{});
  pool.say(w0, Parted{w1});
  CHECK(pool.events<WorkerLeft>().empty());
  pool.say(w2, Parted{w1});
  CHECK(pool.events<WorkerLeft>().size() == 1);
}

TEST_CASE("Broker tells a worker that is to leave as soon as it joins") {
  Pool pool({w0});
  pool.broker.on_drain(w1, pool.out);
  pool.out.clear();
  pool.say(w1, hello(w1));
  CHECK(pool.out.take<Welcome>(w1).size() == 1);
  CHECK(pool.out.take<Drain>(w1).size() == 1);
}

TEST_CASE("Broker drains a worker once, and none that is lost") {
  Pool pool({w0, w1});
  pool.broker.on_drain(w1, pool.out);
  pool.out.clear();
  pool.broker.on_drain(w1, pool.out);
  CHECK(pool.out.empty());
  pool.broker.on_ended(lost(w1), pool.clock.now(), pool.out);
  pool.out.clear();
  pool.broker.on_drain(w1, pool.out);
  CHECK(pool.out.empty());
}

TEST_CASE("Broker feeds nobody who is to leave, and lets them feed others") {
  Pool pool({w0, w1, w2});
  pool.say(w0, Surplus{1});
  pool.say(w1, Hungry{});
  CHECK(pool.out.take<Feed>(w0).size() == 1);
  pool.broker.on_drain(w1, pool.out);
  CHECK(pool.out.take<Unfeed>(w0).size() == 1);
  pool.say(w1, Hungry{});  // crossed with Drain
  pool.say(w0, Surplus{5});
  CHECK(pool.out.take<Feed>(w0).empty());
  pool.say(w1, Surplus{3});
  pool.say(w2, Hungry{});
  CHECK(pool.out.count<Feed>() == 1);
}
