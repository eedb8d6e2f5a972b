#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <scoop/detail/abi.hpp>
#include <scoop/detail/bytes.hpp>
#include "common/base/sanitizers.hpp"
#include "worker/runtime/constant_table.hpp"
#include "worker/runtime/doorbell.hpp"
#include "worker/runtime/fiber.hpp"
#include "worker/runtime/held_work.hpp"
#include "worker/runtime/module_table.hpp"
#include "worker/runtime/progress_reports.hpp"
#include "worker/runtime/runtime.hpp"
#include "worker/runtime/stacks.hpp"
#include "worker/runtime/task_time.hpp"

namespace scoop {

/// Runs the tasks of this process, on the worker thread, and is what the communication thread sees of it (Runtime).
///
/// Shared between the two threads: the queue in WorkerState, behind its biased mutex; what `mutex_` guards here; the
/// attention word; the progress counter; four flags. No user code runs under a lock.
class Executor final : public Runtime {
 public:
  struct Settings {
    std::size_t stack_size = 8 * 1024 * 1024;
    std::size_t max_value_bytes = detail::max_value_bytes;
    bool ship_all = false;
    Doorbell* doorbell = nullptr;   // rung when the communication thread should look; null: there is none, this
                                    // process is alone for good
    std::function<void()> on_stop;  // ends the process; called on the worker thread, between tasks
  };

  Executor(Settings settings, const ModuleTable& modules);

  // Worker thread.

  /// Makes the calling thread the worker thread.
  void attach();
  /// From here on the public calls work, on this thread.
  void admit_calls();
  /// From here on they are refused again.
  void refuse_calls();
  /// In a child made by fork(): calls are refused, and when the task that is running returns, the process ends.
  void disown();
  /// Runs what there is to run, for ever; `on_stop` is the way out.
  [[noreturn]] void run();

  void attend();
  void wait(detail::Node& node, std::uint64_t until);
  /// Whether it came to that before the deadline.
  bool wait_until(detail::Node& node, std::uint64_t until, TimePoint deadline);
  /// For a single task that is not run here and is done soon, or perhaps never: waits without beginning anything else,
  /// up to that time, unless all tasks are run here anyway.
  void wait_here(detail::Node& node, TimePoint end);
  bool poll(detail::Node& node, std::uint64_t until);
  void wake(detail::Node& node);
  /// Lets callbacks run that are due, before the caller goes on.
  void give_way_to_due();
  /// As scoop_cancel.
  std::uint64_t cancel(detail::Node& node, bool wait);
  /// Whether the task that runs was to be cancelled.
  bool is_cancelled() const;
  ConstantTable& constants() { return constants_; }
  ProgressReports& progress() { return progress_; }
  /// Makes the communication thread look at what was left for it.
  void ring();
  /// Own tasks that were begun or are to be, and have no result. `lent`: those of which other workers have something.
  std::uint64_t unfinished(const std::vector<TaskHandle>& lent) const;

  // Any thread.

  /// The worker thread calls on_stop as soon as the running task gives way.
  void request_stop();
  /// Workers that take tasks, or are about to, this one too.
  void set_pool_size(std::uint32_t workers);

  // Communication thread.
  Load load(bool watch) override;
  std::vector<TakenTask> take_oldest(const TakeLimit& limit) override;
  std::optional<SharedBytes> encode(TaskHandle task, Interval interval) override;
  void restore(TaskHandle task, Interval interval, std::uint32_t losses) override;
  void deliver(TaskHandle task, Interval interval, SharedBytes result, std::uint32_t losses) override;
  void fail(TaskHandle task, Interval interval, const LostWorker& worker, std::uint32_t losses) override;
  std::vector<CancelRequest> take_cancels() override;
  void cancel(TaskHandle task, Interval interval) override;
  void answer_cancel(TaskHandle ticket) override;
  void hold(HeldTask task, SharedBytes work) override;
  std::vector<HeldTask> take_held(const TakeLimit& limit) override;
  std::optional<HeldTask> cancel_held(WorkerId owner, Attempt attempt) override;
  bool is_running(WorkerId owner, Attempt attempt) override;
  void drop_held(WorkerId owner) override;
  std::vector<FinishedTask> take_finished() override;

 private:
  struct Delivery {
    detail::Node* node;
    Interval interval;
    SharedBytes result;
    std::uint32_t losses = 0;
    bool is_cancelled = false;
  };
  /// A single task of another worker that runs here. Lives on the running fiber's stack.
  struct RunningHeld {
    HeldTask task;
    std::atomic<bool> cancel_asked{false};
  };
  /// Something to run on another stack than the caller's.
  struct Job {
    detail::Node* node = nullptr;
    std::uint64_t until = 0;  // wait for the node so far; 0: run the node or, if it is not here, anything
    Fiber* waiter = nullptr;  // of the former
  };
  struct Chunk {
    detail::RangeNode* whole = nullptr;
    Interval interval;
  };

  struct FiberWaiter;
  using Timers = std::multimap<TimePoint, FiberWaiter*>;

  // executor.cpp: the loop and the fibers.
  [[noreturn]] void loop();
  void run_job(Job job);
  void step(detail::Node& node);
  bool run_something();
  void read_inbox();
  void sleep(TimePoint limit);
  void switch_to(Fiber& target);
  Fiber& idle_fiber();
  Fiber* next_ready();
  void push_ready(Fiber& fiber);
  void run_elsewhere(Job job);

  // executor_waits.cpp: waiting for nodes.
  bool is_alone() const;
  void look_around();
  void offer(detail::Node& node, std::uint64_t until, TimePoint deadline);
  void let_others_on(TimePoint now);
  void rest(TimePoint now, Duration limit);
  void suspend(detail::Node& node, std::uint64_t until, TimePoint deadline, bool begins_it);
  static void resume(detail::Waiter* waiter);
  void end_timed_waits();
  void yield();
  void ask_for_turn();
  void end_turns();
  bool give_turn();
  void push_due(detail::Waiter& waiter);
  detail::Waiter* next_due();

  // executor_cancel.cpp: both threads' sides of it.
  std::uint64_t cancel_queued(detail::Node& node);
  static void settle_cancelled(detail::Node& node, Interval interval);

  // executor_tasks.cpp: running one thing.
  void run_task(detail::Node& node);
  void run_chunk(Chunk chunk);
  void run(detail::Node& node, Interval interval);
  void call(detail::Node& node, Interval interval, const std::atomic<bool>& cancel_asked);
  static void receive(detail::Node& node, Interval interval, std::string_view result);
  template <class Consume>
  void encode_results(detail::Node& node, Interval interval, const Consume& consume);
  bool run_newest();
  bool run_held();
  void run_held_task(HeldWork::Entry entry, RunningHeld& running);
  void run_held_chunk(HeldWork::Entry& entry);
  bool begin_held_range(HeldWork::Entry& entry);
  void finish_held_chunk(HeldWork::Entry& entry, TimePoint now);
  bool take(detail::Node& node);
  Chunk take_chunk(detail::RangeNode& range);
  Chunk cut_chunk(detail::RangeNode& range);
  detail::Node* decode_work(detail::Reader& reader, Interval interval, detail::Writer& error);
  void settle(detail::Node& node);
  bool may_run_here(const detail::Node& node) const;
  void push_finished(FinishedTask task);
  void count_progress();

  // executor_guest.cpp: the communication thread's side.
  struct Cut;  // something taken out of the queue, or cut off a range that stays there
  std::vector<Cut> cut_oldest(const TakeLimit& limit);
  void look_at_queue(Load& load, bool watch);
  bool is_worth(const TakeLimit& limit) const;
  bool encode_most(Cut& cut, detail::Writer& work);
  void put_back(const Cut& cut);
  static SharedBytes share(detail::Writer&& written);
  bool encode_work(const detail::Node& node, Interval interval, detail::Writer& out) const;
  void push_delivery(Delivery delivery);
  void notify();

  // With so many suspended fibers a worker wants no more work. ThreadSanitizer ends at 8,128 fibers.
  static std::uint32_t most_suspended() { return has_thread_sanitizer() ? 2'000 : 20'000; }

  const Settings settings_;
  const ModuleTable& modules_;
  detail::WorkerState& state_;
  StackPool stacks_;

  std::thread::id worker_thread_;

  // Worker thread only.
  std::vector<std::unique_ptr<Fiber>> fibers_;
  Fiber* current_ = nullptr;
  Fiber* ready_first_ = nullptr;
  Fiber* ready_last_ = nullptr;
  Fiber* idle_ = nullptr;
  bool is_disowned_ = false;
  Timers timers_;  // of those suspended fibers that wait with a deadline
  detail::Waiter* due_first_ = nullptr;
  detail::Waiter* due_last_ = nullptr;
  Job job_;
  TimePoint unclaimed_since_ = never;  // polling only: since when nobody took the queue's work
  std::uint64_t unclaimed_queued_ = 0;
  TimePoint asked_at_{};
  TimePoint turned_at_{};
  TimePoint spins_since_{};
  TimePoint rested_at_{};
  ConstantTable constants_;
  ProgressReports progress_;

  // Communication thread only.
  TaskTime task_time_;

  // Both threads.
  std::atomic<std::uint32_t> pool_size_{1};
  std::atomic<std::uint32_t> suspended_{0};  // written by the worker thread only
  std::atomic<bool> asked_done_{false};
  std::atomic<bool> stop_{false};

  std::mutex mutex_;  // guards all below
  std::condition_variable awake_;
  bool asleep_ = false;
  bool naps_ = false;  // polling, for a moment: not idle
  bool woken_ = false;
  std::vector<Delivery> inbox_;
  HeldWork held_;
  std::vector<RunningHeld*> running_held_;
  std::vector<CancelRequest> cancels_;
  std::vector<FinishedTask> finished_;
};

/// This process's executor, which the exported C functions serve; null before there is one.
extern Executor* the_executor;

}  // namespace scoop
