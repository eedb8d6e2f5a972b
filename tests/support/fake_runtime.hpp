#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "worker/runtime/runtime.hpp"

namespace scoop::test {

/// A Runtime that a test plays by hand: what is queued and held is what the test put there.
class FakeRuntime final : public Runtime {
 public:
  struct Queued {
    TaskHandle task = 0;
    Interval interval{0, 1};
    std::uint32_t losses = 0;
    std::uint32_t retries = 1;
  };
  struct Delivered {
    TaskHandle task = 0;
    Interval interval;
    std::string result;
    std::uint32_t losses = 0;
  };
  struct Failed {
    TaskHandle task = 0;
    Interval interval;
    std::uint32_t losses = 0;
  };

  // What the worker thread is doing: set by the test. `queued` and `held` are counted.
  Load now;
  std::vector<Queued> queue;  // oldest first
  std::vector<HeldTask> held;
  std::vector<FinishedTask> finished;
  bool cannot_encode = false;
  std::size_t padding = 0;  // of what is encoded

  // What was asked of it.
  bool watched = false;
  std::vector<TakeLimit> limits;
  std::vector<Delivered> delivered;
  std::vector<Failed> failed;
  std::vector<WorkerId> dropped;
  std::vector<CancelRequest> cancels;  // to be taken
  Attempt running = 0;
  std::vector<Delivered> cancelled;  // with no result
  std::vector<TaskHandle> answered;

  Load load(bool watch) override {
    auto load = now;
    for (const auto& task : queue) load.queued += task.interval.size();
    load.held = held.size();
    load.oldest = queue.empty() ? 0 : queue.front().task;
    load.idle = now.idle && queue.empty() && held.empty();
    now.asked_done = false;
    if (watch && queue.empty()) watched = true;
    return load;
  }
  std::vector<TakenTask> take_oldest(const TakeLimit& limit) override {
    limits.push_back(limit);
    auto want = std::min<std::uint64_t>(limit.tasks, (queue.size() + limit.share - 1) / limit.share);
    if (queue.size() == 1 && !limit.last_too) want = 0;
    std::vector<TakenTask> taken;
    for (; taken.size() < want; queue.erase(queue.begin())) {
      const auto& [task, interval, losses, retries] = queue.front();
      taken.push_back({task, interval, losses, retries, work_of(task, interval)});
    }
    return taken;
  }
  std::optional<SharedBytes> encode(TaskHandle task, Interval interval) override {
    if (cannot_encode) return std::nullopt;
    auto work = work_of(task, interval);
    work.resize(work.size() + padding);
    return work;
  }
  void restore(TaskHandle task, Interval interval, std::uint32_t losses) override {
    queue.insert(queue.begin(), {task, interval, losses});
  }
  void deliver(TaskHandle task, Interval interval, SharedBytes result, std::uint32_t losses) override {
    delivered.push_back({task, interval, {result.begin(), result.end()}, losses});
  }
  void fail(TaskHandle task, Interval interval, const LostWorker&, std::uint32_t losses) override {
    failed.push_back({task, interval, losses});
  }
  std::vector<CancelRequest> take_cancels() override { return std::exchange(cancels, {}); }
  void cancel(TaskHandle task, Interval interval) override { cancelled.push_back({task, interval, {}}); }
  void answer_cancel(TaskHandle ticket) override { answered.push_back(ticket); }
  void hold(HeldTask task, SharedBytes) override { held.push_back(task); }
  std::vector<HeldTask> take_held(const TakeLimit& limit) override {
    auto want = std::min<std::uint64_t>(limit.tasks, (held.size() + limit.share - 1) / limit.share);
    if (held.size() == 1 && !limit.last_too) want = 0;
    std::vector<HeldTask> taken;
    for (; taken.size() < want; held.pop_back()) taken.push_back(held.back());
    return taken;
  }
  std::optional<HeldTask> cancel_held(WorkerId owner, Attempt attempt) override {
    const auto it = std::ranges::find_if(
        held, [&](const HeldTask& task) { return task.owner == owner && task.attempt == attempt; });
    if (it == held.end()) return std::nullopt;
    const HeldTask found = *it;
    held.erase(it);
    return found;
  }
  bool is_running(WorkerId, Attempt attempt) override { return attempt == running; }
  void drop_held(WorkerId owner) override {
    dropped.push_back(owner);
    std::erase_if(held, [&](const auto& task) { return task.owner == owner; });
  }
  std::vector<FinishedTask> take_finished() override { return std::exchange(finished, {}); }

  /// The worker thread did all that is held.
  void finish_held() {
    for (const auto& task : std::exchange(held, {}))
      finished.push_back({task.owner, task.attempt, task.interval, Bytes{'r'}});
  }

 private:
  static Bytes work_of(TaskHandle task, Interval interval) {
    auto text =
        "t" + std::to_string(task) + "[" + std::to_string(interval.lo) + "," + std::to_string(interval.hi) + ")";
    return {text.begin(), text.end()};
  }
};

}  // namespace scoop::test
