// WorkerCore where a worker is to leave: itself, or another one.
#include <doctest/doctest.h>

#include "support/joined_worker.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

TEST_CASE("WorkerCore that is to leave gives back what it has not begun, and takes no more") {
  JoinedWorker worker;
  worker.hold(w1, 3);
  worker.out.clear();
  worker.hear(broker_id, Drain{});
  auto released = worker.out.take<Release>(w1);
  REQUIRE(released.size() == 1);
  CHECK(released[0].tasks.size() == 3);
  CHECK(released[0].to.id == broker_id);
  CHECK(worker.runtime.held.empty());

  worker.hear(w2, Tasks{{{7, {0, 1}, {}}}});
  released = worker.out.take<Release>(w2);
  REQUIRE(released.size() == 1);
  CHECK(released[0].tasks[0].attempt == 7);
  CHECK(worker.runtime.held.empty());
}

TEST_CASE("WorkerCore that is to leave takes its hunger back and is not hungry again") {
  JoinedWorker worker;
  worker.idle();
  REQUIRE(worker.out.take<Hungry>(broker_id).size() == 1);
  worker.hear(broker_id, Drain{});
  CHECK(worker.out.take<Sated>(broker_id).size() == 1);
  worker.work();
  worker.pass(10ms);
  CHECK(worker.out.count<Hungry>() == 0);
}

TEST_CASE("WorkerCore that is to leave says Drained once, when nothing is left at it") {
  JoinedWorker worker;
  const auto attempts = worker.lend(w1, 1);
  worker.hear(broker_id, Drain{});
  worker.idle();
  CHECK(worker.out.count<Drained>() == 0);  // what it lent is out, and a task of its waits for that
  worker.hear(w1, Results{{{attempts[0], {0, 1}, Bytes{'r'}}}});
  worker.pass(2ms);
  CHECK(worker.out.count<Drained>() == 0);
  worker.runtime.now.at_rest = true;
  worker.push(1, 1);
  worker.work();
  CHECK(worker.out.count<Drained>() == 0);  // its own task is still to run
  worker.runtime.queue.clear();
  worker.work();
  worker.work();
  CHECK(worker.out.take<Drained>(broker_id).size() == 1);
}

TEST_CASE("WorkerCore sends the last results before it says Drained") {
  JoinedWorker worker;
  worker.hold(w1, 1);
  worker.runtime.finish_held();
  worker.runtime.now.at_rest = true;
  worker.runtime.now.idle = true;
  worker.hear(broker_id, Drain{});
  CHECK(worker.out.take<Results>(w1).size() == 1);
  CHECK(worker.out.take<Drained>(broker_id).size() == 1);
}

TEST_CASE("WorkerCore that is to leave still feeds others") {
  JoinedWorker worker;
  worker.hear(broker_id, Drain{});
  worker.push(1, 8);
  worker.runtime.now.asked_done = true;
  worker.hear(broker_id, Feed{member(w2)});
  CHECK(worker.out.take<Tasks>(w2).size() == 1);
}

TEST_CASE("WorkerCore parts at once from a worker that has nothing of it") {
  JoinedWorker worker;
  worker.hear(broker_id, Draining{w1});
  const auto parted = worker.out.take<Parted>(broker_id);
  REQUIRE(parted.size() == 1);
  CHECK(parted[0].worker == w1);
  CHECK(worker.core.takers() == 3);
  CHECK(worker.core.pool_size() == 4);
}

TEST_CASE("WorkerCore parts from a worker when all that it lent to it has come back") {
  JoinedWorker worker;
  const auto attempts = worker.lend(w1, 2);
  REQUIRE(attempts.size() == 2);
  worker.hear(broker_id, Draining{w1});
  CHECK(worker.out.count<Parted>() == 0);
  worker.hear(w1, Results{{{attempts[0], {0, 1}, Bytes{'r'}}}});
  CHECK(worker.out.count<Parted>() == 0);
  worker.hear(w1, Release{{{attempts[1], {0, 1}}}, {}});
  CHECK(worker.out.take<Parted>(broker_id).size() == 1);
  CHECK(worker.runtime.queue.size() == 1);
  CHECK(worker.events<ReleasesRejected>().empty());
}

TEST_CASE("WorkerCore lends nothing to a worker that is to leave, whoever asks for it") {
  JoinedWorker worker;
  const auto attempts = worker.lend(w2, 1);
  worker.runtime.now.asked_done = true;
  SUBCASE("an order that stood") {
    worker.hear(broker_id, Feed{member(w1)});
    worker.hear(broker_id, Draining{w1});
    worker.push(1, 8);
    worker.work();
  }
  SUBCASE("itself, before it knew") {
    worker.hear(broker_id, Draining{w1});
    worker.push(1, 8);
    worker.hear(w1, Results{{}, true});
  }
  SUBCASE("a thief that has too much") {
    worker.hear(broker_id, Draining{w1});
    worker.hear(w2, Release{{{attempts[0], {0, 1}}}, member(w1)});
    CHECK(worker.runtime.queue.size() == 1);
  }
  worker.pass(10ms);
  CHECK(worker.out.take<Tasks>(w1).empty());
}
