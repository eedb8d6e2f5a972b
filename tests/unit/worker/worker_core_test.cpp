#include "worker/runtime/worker_core.hpp"

#include <doctest/doctest.h>

#include "support/joined_worker.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

TEST_CASE("WorkerCore greets the broker and says nothing else before it is welcome") {
  ManualClock clock;
  RecordingOutbox out;
  FakeRuntime runtime;
  runtime.now.idle = true;
  WorkerCore core({.self = member(me), .abi = 3, .modules = {11}}, runtime);
  core.start(clock.now(), out);
  core.on_work(clock.now(), out);
  auto hello = out.take<Hello>(broker_id);
  REQUIRE(hello.size() == 1);
  CHECK(hello[0].abi == 3);
  CHECK(out.empty());
  CHECK_FALSE(core.is_welcome());
  core.on_message(broker_id, Welcome{{member(me), member(w1)}, {}}, clock.now(), out);
  core.on_tick(clock.now(), out);
  CHECK(core.is_welcome());
  CHECK(core.pool_size() == 2);
  CHECK(out.take<Hungry>(broker_id).size() == 1);
}

TEST_CASE("WorkerCore says a heartbeat every few seconds") {
  JoinedWorker worker;
  worker.pass(10s);
  CHECK(worker.out.take<Heartbeat>(broker_id).size() == 3);
}

TEST_CASE("WorkerCore says heartbeats while its Welcome is on its way") {
  ManualClock clock;
  RecordingOutbox out;
  FakeRuntime runtime;
  WorkerCore core({.self = member(me), .abi = 3, .modules = {11}}, runtime);
  core.start(clock.now(), out);
  out.clear();
  REQUIRE(core.next_deadline() <= clock.now() + 3s);
  clock.advance(3s);
  core.on_tick(clock.now(), out);
  CHECK(out.take<Heartbeat>(broker_id).size() == 1);
}

TEST_CASE("WorkerCore knows when it is refused and when it was declared lost, and does no more") {
  JoinedWorker worker;
  SUBCASE("refused") {
    worker.hear(broker_id, Refused{"has other code"});
    CHECK(worker.core.refused() == "has other code");
  }
  SUBCASE("lost") {
    worker.hear(w1, Lost{lost(me)});
    CHECK(worker.core.declared_lost()->cause.signal == 9);
  }
  worker.idle();
  worker.hold(w1, 3);
  worker.pass(10s);
  CHECK(worker.out.empty());
  CHECK(worker.runtime.held.empty());
}

TEST_CASE("WorkerCore follows who joins and who is lost") {
  JoinedWorker worker;
  worker.hear(broker_id, Joined{member({1, 0, 1})});
  CHECK(worker.core.pool_size() == 5);
  CHECK(worker.core.find_member({1, 0, 1})->addresses.size() == 1);
  worker.hear(broker_id, Lost{lost(w1)});
  CHECK(worker.core.pool_size() == 4);
  CHECK(worker.core.find_member(w1) == nullptr);
  CHECK(worker.out.dropped() == std::vector{w1});
  worker.hear(w1, hello(w1));
  CHECK(worker.core.pool_size() == 4);
}

// --- the thief's side ---

TEST_CASE("WorkerCore asks the broker when idle, and says who ended it") {
  JoinedWorker worker;
  worker.idle();
  CHECK(worker.out.take<Hungry>(broker_id).size() == 1);
  worker.hold(w1, 2);
  CHECK(worker.runtime.held.size() == 2);
  auto sated = worker.out.take<Sated>(broker_id);
  REQUIRE(sated.size() == 1);
  CHECK(sated[0].fed_by == w1);
}

TEST_CASE("WorkerCore with very many waiting fibers is not hungry") {
  JoinedWorker worker;
  worker.runtime.now.saturated = true;
  worker.idle();
  CHECK(worker.out.empty());
}

TEST_CASE("WorkerCore sends results to their owner and asks it for more, after greeting it") {
  JoinedWorker worker;
  worker.hold(w1, 2);
  worker.runtime.finish_held();
  worker.idle();
  CHECK(worker.out.take<Hello>(w1).size() == 1);
  auto results = worker.out.take<Results>(w1);
  REQUIRE(results.size() == 1);
  CHECK(results[0].results.size() == 2);
  CHECK(results[0].hungry);
  CHECK(worker.out.empty());
  worker.hold(w1, 1);
  worker.runtime.finish_held();
  worker.idle();
  CHECK(worker.out.count<Hello>() == 0);
  CHECK(worker.out.take<Results>(w1)[0].hungry);
  worker.pass(1ms);
  CHECK(worker.out.take<Hungry>(broker_id).size() == 1);
}

TEST_CASE("WorkerCore asks one owner only, the one of the last result") {
  JoinedWorker worker;
  worker.hold(w2, 1);
  worker.hold(w1, 1);
  worker.runtime.finish_held();
  worker.idle();
  CHECK_FALSE(worker.out.take<Results>(w2)[0].hungry);
  CHECK(worker.out.take<Results>(w1)[0].hungry);
}

TEST_CASE("WorkerCore gathers results while there is more to run") {
  JoinedWorker worker;
  worker.pass(10ms);
  worker.hold(w1, 1);
  worker.runtime.finish_held();
  worker.hold(w1, 5);
  worker.work();
  CHECK(worker.out.take<Results>(w1).size() == 1);
  for (int i = 0; i < 4; ++i) {
    worker.runtime.finished.push_back({w1, 1, {0, 1}, {}});
    worker.pass(100us);
    worker.work();
  }
  CHECK(worker.out.count<Results>() == 0);
  worker.pass(100us);
  REQUIRE(worker.out.count<Results>() == 1);
  CHECK(worker.out.take<Results>(w1)[0].results.size() == 4);
}

TEST_CASE("WorkerCore splits results that are large together") {
  JoinedWorker worker;
  for (Attempt i = 1; i <= 5; ++i) worker.runtime.finished.push_back({w1, i, {0, 1}, Bytes(600'000)});
  worker.idle();
  auto results = worker.out.take<Results>(w1);
  REQUIRE(results.size() == 3);
  CHECK_FALSE(results[0].hungry);
  CHECK_FALSE(results[1].hungry);
  CHECK(results[2].hungry);
}

TEST_CASE("WorkerCore drops what it holds for a lost owner and sends it no results") {
  JoinedWorker worker;
  worker.hold(w1, 2);
  worker.runtime.finished.push_back({w1, 9, {0, 1}, {}});
  worker.hear(broker_id, Lost{lost(w1)});
  CHECK(worker.runtime.dropped == std::vector{w1});
  worker.work();
  CHECK(worker.out.count<Results>() == 0);
}

TEST_CASE("WorkerCore is not hungry while its tasks wait for a constant from another host") {
  JoinedWorker worker;
  worker.core.on_request({7, "c", "text", std::nullopt}, worker.out);
  worker.hear(broker_id, ConstantFound{{"c", "text", "hash", 5}, {1}});
  worker.idle();
  worker.pass(1s);
  CHECK(worker.out.take<Hungry>(broker_id).empty());
  worker.core.on_daemon(control::ConstantRefused{{"c", "hash"}, "no room"}, worker.out);
  worker.idle();
  worker.pass(1s);
  CHECK(worker.out.take<Hungry>(broker_id).size() == 1);
}
