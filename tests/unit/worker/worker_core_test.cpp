#include "worker/runtime/worker_core.hpp"

#include <doctest/doctest.h>

#include "support/fake_runtime.hpp"
#include "support/manual_clock.hpp"
#include "support/members.hpp"
#include "support/recording_outbox.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

constexpr WorkerId me{0, 0, 1}, w1{0, 1, 1}, w2{0, 2, 1}, w3{0, 3, 1};

/// A worker core that has joined a pool of four, its worker thread busy.
struct Worker {
  ManualClock clock;
  RecordingOutbox out;
  FakeRuntime runtime;
  WorkerCore core{WorkerSettings{.self = member(me), .abi = 1, .modules = {11, 22}}, runtime};

  Worker() {
    core.start(clock.now(), out);
    hear(broker_id, Welcome{{member(me), member(w1), member(w2), member(w3)}, {}});
    core.take_events();
    out.clear();
  }
  /// Hears one message, and then does what is due at once.
  void hear(WorkerId from, Message message) {
    core.on_message(from, std::move(message), clock.now(), out);
    if (core.next_deadline() <= clock.now()) core.on_tick(clock.now(), out);
  }
  void work() { core.on_work(clock.now(), out); }
  /// Ticks on time, as a loop does.
  void pass(Duration time) {
    for (auto end = clock.now() + time;; core.on_tick(clock.now(), out)) {
      if (core.next_deadline() > end) {
        clock.advance(end - clock.now());
        return;
      }
      clock.advance(std::max(Duration::zero(), core.next_deadline() - clock.now()));
    }
  }
  /// Queues single tasks, from `first` on.
  void push(TaskHandle first, int count) {
    for (int i = 0; i < count; ++i) runtime.queue.push_back({first + i});
  }
  void idle() {
    runtime.now.idle = true;
    work();
  }
  /// Lends `count` single tasks to the thief; their attempts.
  std::vector<Attempt> lend(WorkerId thief, int count) {
    push(100, 2 * count);
    hear(broker_id, Feed{member(thief)});
    runtime.queue.clear();
    std::vector<Attempt> attempts;
    for (const auto& tasks : out.take<Tasks>(thief))
      for (const auto& task : tasks.tasks) attempts.push_back(task.attempt);
    out.clear();
    return attempts;
  }
  Attempt lend_range(WorkerId thief, Interval interval, std::uint32_t losses = 0, std::uint32_t retries = 1) {
    runtime.queue.push_back({7, interval, losses, retries});
    runtime.now.asked_done = true;
    hear(broker_id, Feed{member(thief)});
    auto tasks = out.take<Tasks>(thief);
    out.clear();
    REQUIRE(tasks.size() == 1);
    return tasks[0].tasks[0].attempt;
  }
  void hold(WorkerId owner, int count) {
    Tasks tasks;
    for (int i = 0; i < count; ++i) tasks.tasks.push_back({static_cast<Attempt>(i + 1), {0, 1}, {}});
    hear(owner, std::move(tasks));
  }
  template <class E>
  std::vector<E> events() {
    std::vector<E> found;
    for (auto& event : core.take_events())
      if (auto* match = std::get_if<E>(&event)) found.push_back(*match);
    return found;
  }
};

}  // namespace

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
  Worker worker;
  worker.pass(10s);
  CHECK(worker.out.take<Heartbeat>(broker_id).size() == 3);
}

TEST_CASE("WorkerCore knows when it is refused and when it was declared lost, and does no more") {
  Worker worker;
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
  Worker worker;
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
  Worker worker;
  worker.idle();
  CHECK(worker.out.take<Hungry>(broker_id).size() == 1);
  worker.hold(w1, 2);
  CHECK(worker.runtime.held.size() == 2);
  auto sated = worker.out.take<Sated>(broker_id);
  REQUIRE(sated.size() == 1);
  CHECK(sated[0].fed_by == w1);
}

TEST_CASE("WorkerCore with very many waiting fibers is not hungry") {
  Worker worker;
  worker.runtime.now.saturated = true;
  worker.idle();
  CHECK(worker.out.empty());
}

TEST_CASE("WorkerCore sends results to their owner and asks it for more, after greeting it") {
  Worker worker;
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
  Worker worker;
  worker.hold(w2, 1);
  worker.hold(w1, 1);
  worker.runtime.finish_held();
  worker.idle();
  CHECK_FALSE(worker.out.take<Results>(w2)[0].hungry);
  CHECK(worker.out.take<Results>(w1)[0].hungry);
}

TEST_CASE("WorkerCore gathers results while there is more to run") {
  Worker worker;
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
  Worker worker;
  for (Attempt i = 1; i <= 5; ++i) worker.runtime.finished.push_back({w1, i, {0, 1}, Bytes(600'000)});
  worker.idle();
  auto results = worker.out.take<Results>(w1);
  REQUIRE(results.size() == 3);
  CHECK_FALSE(results[0].hungry);
  CHECK_FALSE(results[1].hungry);
  CHECK(results[2].hungry);
}

TEST_CASE("WorkerCore drops what it holds for a lost owner and sends it no results") {
  Worker worker;
  worker.hold(w1, 2);
  worker.runtime.finished.push_back({w1, 9, {0, 1}, {}});
  worker.hear(broker_id, Lost{lost(w1)});
  CHECK(worker.runtime.dropped == std::vector{w1});
  worker.work();
  CHECK(worker.out.count<Results>() == 0);
}

// --- the victim's side ---

TEST_CASE("WorkerCore feeds at once what it has, the oldest first") {
  Worker worker;
  worker.push(1, 4);
  worker.hear(broker_id, Feed{member(w1)});
  auto tasks = worker.out.take<Tasks>(w1);
  REQUIRE(tasks.size() == 1);
  REQUIRE(tasks[0].tasks.size() == 2);
  CHECK(std::string(tasks[0].tasks[0].work.data(), 2) == "t1");
  CHECK(worker.core.lent() == 2);
}

TEST_CASE("WorkerCore feeds a thief it had not heard of, greeting it first") {
  Worker worker;
  worker.push(1, 4);
  constexpr WorkerId unknown{5, 5, 1};
  worker.hear(broker_id, Feed{member(unknown)});
  CHECK(worker.out.take<Hello>(unknown).size() == 1);
  CHECK(worker.out.take<Tasks>(unknown).size() == 1);
  CHECK(worker.core.find_member(unknown) != nullptr);
}

TEST_CASE("WorkerCore feeds several thieves even shares") {
  Worker worker;
  worker.idle();
  worker.hear(w1, Results{.results = {}, .hungry = true});
  worker.hear(w2, Results{.results = {}, .hungry = true});
  worker.hear(w3, Results{.results = {}, .hungry = true});
  worker.runtime.now.idle = false;
  worker.push(1, 8);
  worker.work();
  CHECK(worker.out.take<Tasks>(w1)[0].tasks.size() == 2);
  CHECK(worker.out.take<Tasks>(w2)[0].tasks.size() == 2);
  CHECK(worker.out.take<Tasks>(w3)[0].tasks.size() == 2);
  CHECK(worker.runtime.queue.size() == 2);
}

TEST_CASE("WorkerCore feeds thieves whose orders came together even shares") {
  Worker worker;
  worker.push(1, 8);
  for (auto thief : {w1, w2, w3})
    worker.core.on_message(broker_id, Feed{member(thief)}, worker.clock.now(), worker.out);
  CHECK(worker.out.empty());
  worker.core.on_tick(worker.clock.now(), worker.out);
  for (auto thief : {w1, w2, w3}) CHECK(worker.out.take<Tasks>(thief)[0].tasks.size() == 2);
}

TEST_CASE("WorkerCore keeps an order and serves it with the next push") {
  Worker worker;
  worker.hear(w1, Results{.results = {}, .hungry = true});
  CHECK(worker.runtime.watched);
  worker.push(1, 2);
  worker.work();
  CHECK(worker.out.take<Tasks>(w1).size() == 1);
  worker.push(3, 2);
  worker.work();
  CHECK(worker.out.take<Tasks>(w1).empty());
}

TEST_CASE("WorkerCore does not serve an order that was taken back") {
  Worker worker;
  SUBCASE("by the broker") {
    worker.hear(broker_id, Feed{member(w1)});
    worker.hear(broker_id, Unfeed{w1});
  }
  SUBCASE("by the thief") {
    worker.hear(w1, Results{.results = {}, .hungry = true});
    worker.hear(w1, Results{});
  }
  SUBCASE("by its loss") {
    worker.hear(broker_id, Feed{member(w1)});
    worker.hear(broker_id, Lost{lost(w1)});
  }
  SUBCASE("because its thief is lost already") {
    worker.hear(broker_id, Lost{lost(w1)});
    worker.hear(broker_id, Feed{member(w1)});
  }
  worker.push(1, 4);
  worker.pass(10ms);
  worker.work();
  CHECK(worker.out.count<Tasks>() == 0);
}

TEST_CASE("WorkerCore reports surplus once, and again when the broker has used it up") {
  Worker worker;
  worker.push(1, 10);
  worker.work();
  auto surplus = worker.out.take<Surplus>(broker_id);
  REQUIRE(surplus.size() == 1);
  CHECK(surplus[0].tasks == 10);
  worker.push(11, 10);
  worker.work();
  worker.pass(100ms);
  CHECK(worker.out.count<Surplus>() == 0);
}

TEST_CASE("WorkerCore says that it has nothing when the broker sends a thief in vain") {
  Worker worker;
  worker.push(1, 10);
  worker.work();
  worker.out.clear();
  worker.runtime.queue.clear();
  worker.hear(broker_id, Feed{member(w1)});
  auto surplus = worker.out.take<Surplus>(broker_id);
  REQUIRE(surplus.size() == 1);
  CHECK(surplus[0].tasks == 0);
  worker.hear(broker_id, Feed{member(w2)});
  CHECK(worker.out.count<Surplus>() == 0);
  CHECK(worker.runtime.watched);
  worker.push(1, 6);
  worker.work();
  CHECK(worker.out.take<Tasks>(w1).size() == 1);
  CHECK(worker.out.take<Tasks>(w2).size() == 1);
}

TEST_CASE("WorkerCore that is hungry takes no orders of the broker and has forgotten its own report") {
  Worker worker;
  worker.push(1, 10);
  worker.work();
  worker.out.clear();
  worker.runtime.queue.clear();
  worker.idle();
  REQUIRE(worker.out.take<Hungry>(broker_id).size() == 1);
  worker.hear(broker_id, Feed{member(w1)});
  CHECK(worker.out.empty());
  worker.runtime.now.idle = false;
  worker.push(1, 10);
  worker.work();
  CHECK(worker.out.take<Sated>(broker_id).size() == 1);
  CHECK(worker.out.take<Surplus>(broker_id).size() == 1);
  CHECK(worker.out.empty());
}

TEST_CASE("WorkerCore with nothing worth giving looks again after a while, not at every push") {
  Worker worker;
  worker.hear(w1, Results{.results = {}, .hungry = true});
  worker.runtime.watched = false;
  worker.push(1, 1);
  worker.work();
  for (TaskHandle i = 2; i <= 10; ++i) {
    worker.runtime.now.progress += 1000;
    worker.runtime.queue = {{i}};
    worker.pass(1ms);
  }
  CHECK(worker.out.count<Tasks>() == 0);
  CHECK_FALSE(worker.runtime.watched);
  CHECK(worker.runtime.limits.empty());
}

TEST_CASE("WorkerCore gives the last task when the worker thread stands still") {
  Worker worker;
  worker.hear(w1, Results{.results = {}, .hungry = true});
  worker.push(1, 1);
  worker.work();
  CHECK(worker.out.count<Tasks>() == 0);
  worker.pass(1ms);
  CHECK(worker.out.take<Tasks>(w1).size() == 1);
}

TEST_CASE("WorkerCore gives the last task at once when the program asks whether it is done") {
  Worker worker;
  worker.hear(w1, Results{.results = {}, .hungry = true});
  worker.push(1, 1);
  worker.runtime.now.asked_done = true;
  worker.work();
  CHECK(worker.out.take<Tasks>(w1).size() == 1);
}

TEST_CASE("WorkerCore with too much of others' work lets its owners lend it to the thief") {
  Worker worker;
  worker.hold(w1, 4);
  worker.hear(broker_id, Feed{member(w3)});
  auto release = worker.out.take<Release>(w1);
  REQUIRE(release.size() == 1);
  CHECK(release[0].to.id == w3);
  CHECK(release[0].to.addresses == member(w3).addresses);
  CHECK(release[0].tasks.size() == 2);
  CHECK(worker.out.count<Tasks>() == 0);
}

// --- the owner's side ---

TEST_CASE("WorkerCore delivers results of what it lent, and only from the holder") {
  Worker worker;
  auto attempts = worker.lend(w1, 2);
  REQUIRE(attempts.size() == 2);
  worker.hear(w2, Results{{{attempts[0], {0, 1}, {'x'}}}, false});
  CHECK(worker.runtime.delivered.empty());
  CHECK(worker.events<ResultsRejected>().size() == 1);
  worker.hear(w1, Results{{{attempts[0], {0, 1}, {'a'}}, {attempts[1], {0, 1}, {'b'}}}, false});
  REQUIRE(worker.runtime.delivered.size() == 2);
  CHECK(worker.runtime.delivered[0].result == "a");
  CHECK(worker.runtime.delivered[1].task == 101);
  CHECK(worker.core.lent() == 0);
  worker.hear(w1, Results{{{attempts[0], {0, 1}, {'a'}}}, false});
  CHECK(worker.runtime.delivered.size() == 2);
}

TEST_CASE("WorkerCore feeds a thief that asks with its results, without the broker") {
  Worker worker;
  auto attempts = worker.lend(w1, 1);
  worker.push(1, 2);
  worker.hear(w1, Results{{{attempts[0], {0, 1}, {'a'}}}, true});
  CHECK(worker.out.take<Tasks>(w1).size() == 1);
  CHECK(worker.out.count<Hungry>() == 0);
}

TEST_CASE("WorkerCore puts back what a lost worker held, in its old order and with the loss counted") {
  Worker worker;
  worker.lend(w1, 3);
  worker.hear(broker_id, Lost{lost(w1)});
  REQUIRE(worker.runtime.queue.size() == 3);
  for (int i = 0; i < 3; ++i) {
    CHECK(worker.runtime.queue[i].task == 100 + static_cast<TaskHandle>(i));
    CHECK(worker.runtime.queue[i].losses == 1);
  }
  auto lost = worker.events<PeerLost>();
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].restored == 3);
  CHECK(worker.core.lent() == 0);
}

TEST_CASE("WorkerCore fails what was lost more often than it may be tried again") {
  Worker worker;
  worker.lend_range(w1, {0, 1}, 2, 2);
  worker.hear(broker_id, Lost{lost(w1)});
  REQUIRE(worker.runtime.failed.size() == 1);
  CHECK(worker.runtime.failed[0].losses == 3);
  CHECK(worker.runtime.queue.empty());
}

TEST_CASE("WorkerCore lends released work anew to the one it was released for") {
  Worker worker;
  auto attempt = worker.lend_range(w1, {0, 100});
  worker.hear(w1, Results{{{attempt, {0, 10}, {}}}, false});
  worker.hear(w1, Release{{{attempt, {50, 100}}}, member(w2)});
  auto tasks = worker.out.take<Tasks>(w2);
  REQUIRE(tasks.size() == 1);
  CHECK(tasks[0].tasks[0].interval == Interval{50, 100});
  CHECK(tasks[0].tasks[0].attempt != attempt);
  CHECK(std::string(tasks[0].tasks[0].work.begin(), tasks[0].tasks[0].work.end()) == "t7[50,100)");
  worker.hear(w2, Results{{{tasks[0].tasks[0].attempt, {50, 100}, {}}}, false});
  worker.hear(w1, Results{{{attempt, {10, 50}, {}}}, false});
  CHECK(worker.runtime.delivered.size() == 3);
  CHECK(worker.core.lent() == 0);
}

TEST_CASE("WorkerCore keeps released work when the new thief is lost or it is itself") {
  Worker worker;
  auto attempt = worker.lend_range(w1, {0, 100});
  SUBCASE("lost") {
    worker.hear(broker_id, Lost{lost(w2)});
    worker.hear(w1, Release{{{attempt, {50, 100}}}, member(w2)});
  }
  SUBCASE("itself") {
    worker.idle();
    CHECK(worker.out.take<Hungry>(broker_id).size() == 1);
    worker.hear(w1, Release{{{attempt, {50, 100}}}, member(me)});
    auto sated = worker.out.take<Sated>(broker_id);
    REQUIRE(sated.size() == 1);
    CHECK(sated[0].fed_by == w1);
  }
  REQUIRE(worker.runtime.queue.size() == 1);
  CHECK(worker.runtime.queue[0].interval == Interval{50, 100});
  CHECK(worker.runtime.queue[0].losses == 0);
  CHECK(worker.out.count<Tasks>() == 0);
  CHECK(worker.core.lent() == 1);
}

TEST_CASE("WorkerCore tells the thief when nothing of the released work can be sent") {
  Worker worker;
  auto attempt = worker.lend_range(w1, {0, 100});
  worker.runtime.cannot_encode = true;
  worker.hear(w1, Release{{{attempt, {50, 100}}}, member(w2)});
  auto tasks = worker.out.take<Tasks>(w2);
  REQUIRE(tasks.size() == 1);
  CHECK(tasks[0].tasks.empty());
}

TEST_CASE("WorkerCore that is promised work and gets none is hungry anew") {
  Worker worker;
  worker.idle();
  worker.out.clear();
  worker.hear(w1, Tasks{});
  CHECK(worker.out.take<Sated>(broker_id).size() == 1);
  CHECK(worker.out.take<Hungry>(broker_id).size() == 1);
}
