#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "support/fake_runtime.hpp"
#include "support/manual_clock.hpp"
#include "support/members.hpp"
#include "support/recording_outbox.hpp"
#include "worker/runtime/worker_core.hpp"

namespace scoop::test {

inline constexpr WorkerId me{0, 0, 1}, w1{0, 1, 1}, w2{0, 2, 1}, w3{0, 3, 1};

/// A worker core that has joined a pool of four, its worker thread busy.
struct JoinedWorker {
  ManualClock clock;
  RecordingOutbox out;
  FakeRuntime runtime;
  WorkerCore core;

  explicit JoinedWorker(WorkerId self = me)
      : core(WorkerSettings{.self = member(self), .abi = 1, .modules = {11, 22}}, runtime) {
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

}  // namespace scoop::test
