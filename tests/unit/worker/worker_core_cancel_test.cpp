// What WorkerCore does with tasks that are to be cancelled.
#include <doctest/doctest.h>

#include "support/joined_worker.hpp"

using namespace scoop;
using namespace scoop::test;

namespace {

constexpr TaskHandle ticket = 900;

void ask(JoinedWorker& worker, TaskHandle task) {
  worker.runtime.cancels.push_back({task, ticket});
  worker.work();
}

}  // namespace

TEST_CASE("WorkerCore answers at once where nothing of the task is lent") {
  JoinedWorker worker;
  ask(worker, 5);
  CHECK(worker.runtime.answered == std::vector{ticket});
  CHECK(worker.out.empty());
}

TEST_CASE("WorkerCore asks the holder, and cancels what it gives back") {
  JoinedWorker worker;
  const Attempt attempt = worker.lend_range(w1, {0, 100});
  ask(worker, 7);
  const auto asked = worker.out.take<Cancel>(w1);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].attempts == std::vector{attempt});
  CHECK(worker.runtime.answered.empty());

  worker.hear(w1, Release{{{attempt, {40, 100}}}, {}});
  REQUIRE(worker.runtime.cancelled.size() == 1);
  CHECK(worker.runtime.cancelled[0].task == 7);
  CHECK(worker.runtime.cancelled[0].interval == Interval{40, 100});
  CHECK(worker.runtime.queue.empty());
  CHECK(worker.runtime.answered.empty());

  worker.hear(w1, Cancelled{{attempt}});
  CHECK(worker.runtime.answered == std::vector{ticket});
  worker.hear(w1, Results{{{attempt, {0, 40}, {}}}, false});  // what had begun
  CHECK(worker.runtime.delivered.size() == 1);
}

TEST_CASE("WorkerCore cancels what a holder was giving to a third while it was asked") {
  JoinedWorker worker;
  const Attempt attempt = worker.lend_range(w1, {0, 100});
  ask(worker, 7);
  worker.hear(w1, Release{{{attempt, {50, 100}}}, member(w2)});
  CHECK(worker.runtime.cancelled.size() == 1);
  REQUIRE(worker.out.take<Tasks>(w2).size() == 1);  // with nothing, so that w2 is hungry again
  worker.hear(w1, Cancelled{{attempt}});
  CHECK(worker.runtime.answered == std::vector{ticket});
}

TEST_CASE("WorkerCore waits for all holders of a task") {
  JoinedWorker worker;
  const Attempt one = worker.lend_range(w1, {50, 100});
  const Attempt two = worker.lend_range(w2, {25, 50});
  ask(worker, 7);
  worker.hear(w2, Cancelled{{two}});
  worker.hear(w2, Cancelled{{one}});  // which is not for it to say
  CHECK(worker.runtime.answered.empty());
  worker.hear(w1, Cancelled{{one}});
  CHECK(worker.runtime.answered == std::vector{ticket});
}

TEST_CASE("WorkerCore takes the loss of a holder for its answer, and puts back what it held") {
  JoinedWorker worker;
  worker.lend_range(w1, {0, 10});
  ask(worker, 7);
  worker.hear(broker_id, Lost{{w1, "w1", {.signal = 9, .text = "killed"}}});
  CHECK(worker.runtime.answered == std::vector{ticket});
  CHECK(worker.runtime.cancelled.empty());
  REQUIRE(worker.runtime.queue.size() == 1);
  CHECK(worker.runtime.queue[0].losses == 1);
}

TEST_CASE("WorkerCore gives back what it holds and has not begun when its owner cancels it, then says so") {
  JoinedWorker worker;
  worker.hold(w1, 2);
  worker.out.clear();
  worker.hear(w1, Cancel{{2, 77}, true});  // one of them it does not have, or not any more
  CHECK(worker.runtime.held.size() == 1);
  const auto released = worker.out.take<Release>(w1);
  REQUIRE(released.size() == 1);
  CHECK(released[0].to.id == broker_id);
  REQUIRE(released[0].tasks.size() == 1);
  CHECK(released[0].tasks[0].attempt == 2);
  const auto answers = worker.out.take<Cancelled>(w1);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].attempts == std::vector<Attempt>{2, 77});
}

TEST_CASE("WorkerCore that runs what is to be killed asks for its end and does not answer") {
  JoinedWorker worker{w3};
  worker.runtime.running = 3;
  worker.hear(w1, Cancel{{3}, false});
  CHECK_FALSE(worker.core.is_to_be_ended());
  CHECK(worker.out.take<Cancelled>(w1).size() == 1);
  worker.hear(w1, Cancel{{4}, true});
  CHECK_FALSE(worker.core.is_to_be_ended());
  CHECK(worker.out.take<Cancelled>(w1).size() == 1);
  worker.hear(w1, Cancel{{3}, true});
  CHECK(worker.core.is_to_be_ended());
  CHECK(worker.out.take<Cancelled>(w1).empty());
}

TEST_CASE("WorkerCore cancels what died with a worker that was ended for it, and counts no loss for the rest") {
  JoinedWorker worker;
  const auto attempts = worker.lend(w1, 2);
  worker.runtime.cancels.push_back({100, ticket, true});
  worker.work();
  const auto asked = worker.out.take<Cancel>(w1);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].kill);
  CHECK(asked[0].attempts == std::vector{attempts[0]});
  worker.hear(broker_id, Lost{{w1, "w1", {.signal = 9, .text = "ended", .is_wanted = true}}});
  REQUIRE(worker.runtime.cancelled.size() == 1);
  CHECK(worker.runtime.cancelled[0].task == 100);
  CHECK(worker.runtime.answered == std::vector{ticket});
  REQUIRE(worker.runtime.queue.size() == 1);
  CHECK(worker.runtime.queue[0].task == 101);
  CHECK(worker.runtime.queue[0].losses == 0);
}

TEST_CASE("WorkerCore takes a loss for another reason as ever, also of what was to be killed") {
  JoinedWorker worker;
  worker.lend(w1, 1);
  worker.runtime.cancels.push_back({100, ticket, true});
  worker.work();
  worker.hear(broker_id, Lost{{w1, "w1", {.signal = 11, .text = "crashed"}}});
  CHECK(worker.runtime.cancelled.empty());
  REQUIRE(worker.runtime.queue.size() == 1);
  CHECK(worker.runtime.queue[0].losses == 1);
}
