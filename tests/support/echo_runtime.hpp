#pragma once
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "worker/runtime/doorbell.hpp"
#include "worker/runtime/runtime.hpp"

namespace scoop::test {

/// A Runtime with a worker thread of its own, which answers other workers' work with the same bytes. Its own tasks it
/// never runs, as if it were inside a long one: they wait for thieves.
class EchoRuntime final : public Runtime {
 public:
  explicit EchoRuntime(Doorbell& doorbell) : doorbell_(doorbell), thread_([this] { run(); }) {}
  ~EchoRuntime() {
    {
      std::lock_guard lock(mutex_);
      ends_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  // What the program does.

  void submit(TaskHandle task, Bytes work) {
    bool watched = false;
    {
      std::lock_guard lock(mutex_);
      queue_.push_back({task, {0, 1}, 0, 3, std::move(work)});
      watched = std::exchange(watched_, false);
    }
    if (watched) doorbell_.ring();
  }
  /// Waits for as many results as that. False: they did not come in time.
  bool wait_for_results(std::size_t count, Duration limit = std::chrono::seconds(20)) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return delivered_.size() + failed_.size() >= count; });
  }
  bool has_results(std::size_t count) {
    std::lock_guard lock(mutex_);
    return delivered_.size() + failed_.size() >= count;
  }
  /// Held work stays where it is from now on, as if its first task took for ever.
  void get_stuck() {
    std::lock_guard lock(mutex_);
    stuck_ = true;
  }

  std::map<TaskHandle, std::vector<SharedBytes>> delivered() {
    std::lock_guard lock(mutex_);
    return delivered_;
  }
  std::map<TaskHandle, std::uint32_t> failed() {
    std::lock_guard lock(mutex_);
    return failed_;
  }
  std::uint64_t ran() {
    std::lock_guard lock(mutex_);
    return progress_;
  }
  std::size_t held() {
    std::lock_guard lock(mutex_);
    return held_.size();
  }

  // What the communication thread sees.

  Load load(bool watch) override {
    std::lock_guard lock(mutex_);
    if (watch && queue_.empty()) watched_ = true;
    return {.queued = queue_.size(),
            .oldest = queue_.empty() ? 0 : queue_.front().task,
            .held = held_.size(),
            .progress = progress_,
            .idle = idle_ && queue_.empty(),
            .asked_done = !queue_.empty()};
  }
  std::vector<TakenTask> take_oldest(const TakeLimit& limit) override {
    std::lock_guard lock(mutex_);
    auto want = std::min<std::uint64_t>(limit.tasks, (queue_.size() + limit.share - 1) / limit.share);
    if (queue_.size() == 1 && !limit.last_too) want = 0;
    std::vector<TakenTask> taken;
    for (; taken.size() < want; queue_.pop_front()) {
      works_[queue_.front().task] = queue_.front().work;
      taken.push_back(std::move(queue_.front()));
    }
    return taken;
  }
  std::optional<SharedBytes> encode(TaskHandle task, Interval) override {
    std::lock_guard lock(mutex_);
    return works_.at(task);
  }
  void restore(TaskHandle task, Interval interval, std::uint32_t losses) override {
    std::lock_guard lock(mutex_);
    queue_.push_front({task, interval, losses, 3, works_.at(task)});
  }
  void deliver(TaskHandle task, Interval, SharedBytes result, std::uint32_t) override {
    {
      std::lock_guard lock(mutex_);
      delivered_[task].push_back(std::move(result));
    }
    changed_.notify_all();
  }
  void fail(TaskHandle task, Interval, const LostWorker&, std::uint32_t losses) override {
    {
      std::lock_guard lock(mutex_);
      failed_[task] = losses;
    }
    changed_.notify_all();
  }
  void hold(HeldTask task, SharedBytes work) override {
    {
      std::lock_guard lock(mutex_);
      held_.emplace_back(task, std::move(work));
      idle_ = false;
    }
    changed_.notify_all();
  }
  std::vector<CancelRequest> take_cancels() override { return {}; }
  void cancel(TaskHandle, Interval) override {}
  void answer_cancel(TaskHandle) override {}
  std::optional<HeldTask> cancel_held(WorkerId, Attempt) override { return std::nullopt; }
  bool is_running(WorkerId, Attempt) override { return false; }
  std::vector<HeldTask> take_held(const TakeLimit&) override { return {}; }
  void drop_held(WorkerId owner) override {
    std::lock_guard lock(mutex_);
    std::erase_if(held_, [&](const auto& entry) { return entry.first.owner == owner; });
  }
  std::vector<FinishedTask> take_finished() override {
    std::lock_guard lock(mutex_);
    return std::exchange(finished_, {});
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (held_.empty() || stuck_) {
        idle_ = !stuck_;
        lock.unlock();
        doorbell_.ring();
        lock.lock();
        changed_.wait(lock, [this] { return ends_ || (!held_.empty() && !stuck_); });
        if (ends_) return;
        idle_ = false;
      }
      auto [task, work] = std::move(held_.front());
      held_.pop_front();
      ++progress_;
      finished_.push_back({task.owner, task.attempt, task.interval, std::move(work)});
    }
  }

  Doorbell& doorbell_;
  std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  std::deque<TakenTask> queue_;
  std::map<TaskHandle, SharedBytes> works_;  // of lent tasks
  std::deque<std::pair<HeldTask, SharedBytes>> held_;
  std::vector<FinishedTask> finished_;
  std::map<TaskHandle, std::vector<SharedBytes>> delivered_;
  std::map<TaskHandle, std::uint32_t> failed_;
  std::uint64_t progress_ = 0;
  bool watched_ = false;
  bool idle_ = true;
  bool stuck_ = false;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace scoop::test
