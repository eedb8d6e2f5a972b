// What WorkerCore does with its own tasks when others are hungry.
#include <doctest/doctest.h>

#include "support/joined_worker.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

TEST_CASE("WorkerCore feeds at once what it has, the oldest first") {
  JoinedWorker worker;
  worker.push(1, 4);
  worker.hear(broker_id, Feed{member(w1)});
  auto tasks = worker.out.take<Tasks>(w1);
  REQUIRE(tasks.size() == 1);
  REQUIRE(tasks[0].tasks.size() == 2);
  CHECK(std::string(tasks[0].tasks[0].work.data(), 2) == "t1");
  CHECK(worker.core.lent() == 2);
}

TEST_CASE("WorkerCore feeds a thief it had not heard of, greeting it first") {
  JoinedWorker worker;
  worker.push(1, 4);
  constexpr WorkerId unknown{5, 5, 1};
  worker.hear(broker_id, Feed{member(unknown)});
  CHECK(worker.out.take<Hello>(unknown).size() == 1);
  CHECK(worker.out.take<Tasks>(unknown).size() == 1);
  CHECK(worker.core.find_member(unknown) != nullptr);
}

TEST_CASE("WorkerCore feeds several thieves even shares") {
  JoinedWorker worker;
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
  JoinedWorker worker;
  worker.push(1, 8);
  for (auto thief : {w1, w2, w3})
    worker.core.on_message(broker_id, Feed{member(thief)}, worker.clock.now(), worker.out);
  CHECK(worker.out.empty());
  worker.core.on_tick(worker.clock.now(), worker.out);
  for (auto thief : {w1, w2, w3}) CHECK(worker.out.take<Tasks>(thief)[0].tasks.size() == 2);
}

TEST_CASE("WorkerCore keeps an order and serves it with the next push") {
  JoinedWorker worker;
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
  JoinedWorker worker;
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
  JoinedWorker worker;
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
  JoinedWorker worker;
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
  JoinedWorker worker;
  worker.push(1, 10);
  worker.work();
  worker.out.clear();
  worker.runtime.queue.clear();
  worker.idle();
  REQUIRE(worker.out.take<Hungry>(broker_id).size() == 1);
  worker.hear(broker_id, Feed{member(w1)});
  const auto given_back = worker.out.take<Surplus>(broker_id);  // the broker may believe that the order stands
  REQUIRE(given_back.size() == 1);
  CHECK(given_back[0].tasks == 0);
  CHECK(worker.out.empty());
  worker.runtime.now.idle = false;
  worker.push(1, 10);
  worker.work();
  CHECK(worker.out.take<Sated>(broker_id).size() == 1);
  CHECK(worker.out.take<Surplus>(broker_id).size() == 1);
  CHECK(worker.out.empty());
}

TEST_CASE("WorkerCore with nothing worth giving looks again after a while, not at every push") {
  JoinedWorker worker;
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
  JoinedWorker worker;
  worker.hear(w1, Results{.results = {}, .hungry = true});
  worker.push(1, 1);
  worker.work();
  CHECK(worker.out.count<Tasks>() == 0);
  worker.pass(1ms);
  CHECK(worker.out.take<Tasks>(w1).size() == 1);
}

TEST_CASE("WorkerCore gives the last task at once when the program asks whether it is done") {
  JoinedWorker worker;
  worker.hear(w1, Results{.results = {}, .hungry = true});
  worker.push(1, 1);
  worker.runtime.now.asked_done = true;
  worker.work();
  CHECK(worker.out.take<Tasks>(w1).size() == 1);
}

TEST_CASE("WorkerCore with too much of others' work lets its owners lend it to the thief") {
  JoinedWorker worker;
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
  JoinedWorker worker;
  auto attempts = worker.lend(w1, 2);
  REQUIRE(attempts.size() == 2);
  worker.hear(w2, Results{{{attempts[0], {0, 1}, Bytes{'x'}}}, false});
  CHECK(worker.runtime.delivered.empty());
  CHECK(worker.events<ResultsRejected>().size() == 1);
  worker.hear(w1, Results{{{attempts[0], {0, 1}, Bytes{'a'}}, {attempts[1], {0, 1}, Bytes{'b'}}}, false});
  REQUIRE(worker.runtime.delivered.size() == 2);
  CHECK(worker.runtime.delivered[0].result == "a");
  CHECK(worker.runtime.delivered[1].task == 101);
  CHECK(worker.core.lent() == 0);
  worker.hear(w1, Results{{{attempts[0], {0, 1}, Bytes{'a'}}}, false});
  CHECK(worker.runtime.delivered.size() == 2);
}

TEST_CASE("WorkerCore feeds a thief that asks with its results, without the broker") {
  JoinedWorker worker;
  auto attempts = worker.lend(w1, 1);
  worker.push(1, 2);
  worker.hear(w1, Results{{{attempts[0], {0, 1}, Bytes{'a'}}}, true});
  CHECK(worker.out.take<Tasks>(w1).size() == 1);
  CHECK(worker.out.count<Hungry>() == 0);
}

TEST_CASE("WorkerCore puts back what a lost worker held, in its old order and with the loss counted") {
  JoinedWorker worker;
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
  JoinedWorker worker;
  worker.lend_range(w1, {0, 1}, 2, 2);
  worker.hear(broker_id, Lost{lost(w1)});
  REQUIRE(worker.runtime.failed.size() == 1);
  CHECK(worker.runtime.failed[0].losses == 3);
  CHECK(worker.runtime.queue.empty());
}

TEST_CASE("WorkerCore lends released work anew to the one it was released for") {
  JoinedWorker worker;
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

TEST_CASE("WorkerCore lends much released work anew in several messages") {
  JoinedWorker worker;
  auto attempt = worker.lend_range(w1, {0, 100});
  worker.runtime.padding = 1024 * 1024;
  worker.hear(w1, Release{{{attempt, {90, 100}}, {attempt, {80, 90}}, {attempt, {70, 80}}}, member(w2)});
  auto tasks = worker.out.take<Tasks>(w2);
  REQUIRE(tasks.size() == 3);
  for (const auto& message : tasks) CHECK(message.tasks.size() == 1);
}

TEST_CASE("WorkerCore keeps released work when the new thief is lost or it is itself") {
  JoinedWorker worker;
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
  JoinedWorker worker;
  auto attempt = worker.lend_range(w1, {0, 100});
  worker.runtime.cannot_encode = true;
  worker.hear(w1, Release{{{attempt, {50, 100}}}, member(w2)});
  auto tasks = worker.out.take<Tasks>(w2);
  REQUIRE(tasks.size() == 1);
  CHECK(tasks[0].tasks.empty());
}

TEST_CASE("WorkerCore that is promised work and gets none is hungry anew") {
  JoinedWorker worker;
  worker.idle();
  worker.out.clear();
  worker.hear(w1, Tasks{});
  CHECK(worker.out.take<Sated>(broker_id).size() == 1);
  CHECK(worker.out.take<Hungry>(broker_id).size() == 1);
}
