#pragma once
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/program.hpp"
#include "worker/runtime/runtime.hpp"

namespace scoop::simulation {

/// What a false executor needs of the world around it.
class ThreadHost {
 public:
  virtual TimePoint now() const = 0;
  /// Calls FalseExecutor::resume then; a later call takes the earlier one's place.
  virtual void resume_at(TimePoint time) = 0;
  /// Wakes the communication thread.
  virtual void signal() = 0;
  virtual bool is_lost(WorkerId worker) const = 0;
  virtual bool is_tracing() const = 0;
  virtual void trace(const std::string& line) = 0;

 protected:
  ~ThreadHost() = default;
};

/// A worker thread in simulated time, with the habits of the real executor: newest own task first, a queued task that
/// is waited for runs inline, a wait for one that is elsewhere suspends the fiber, ranges go by chunks from the front.
///
/// It knows where each index of each own task is, and complains (Violation) when the communication thread's side loses
/// one, delivers one twice, or takes work from a worker it knows lost.
class FalseExecutor final : public Runtime {
 public:
  FalseExecutor(const Program& program, ThreadHost& host) : program_(program), host_(host) {}

  /// The program's first task, on this worker.
  void start_main();
  /// The time of resume_at has come.
  void resume();
  void clear_signal() { signalled_ = false; }
  void set_pool_size(std::size_t workers);

  bool main_is_done() const { return main_done_; }
  bool main_failed() const { return main_failed_; }
  std::uint64_t main_value() const { return main_value_; }
  /// Failures that had a reason: lost too often, not to be encoded, cancelled.
  std::uint64_t failures() const { return failures_; }
  bool is_asleep() const { return asleep_ && !woken_; }
  TimePoint asleep_since() const { return asleep_since_; }
  bool is_saturated() const { return suspended_ >= most_suspended; }
  std::size_t queued() const { return queue_.size(); }
  /// Since when there has been something that others could do, worth so much; never: there is not.
  TimePoint surplus_since(Duration worth) const;
  /// Nothing of this worker's own or of others is left anywhere; else what is.
  std::string leftovers() const;
  std::uint64_t tasks_run() const { return progress_; }

  Load load(bool watch) override;
  std::vector<TakenTask> take_oldest(const TakeLimit& limit) override;
  std::optional<SharedBytes> encode(TaskHandle task, Interval interval) override;
  void restore(TaskHandle task, Interval interval, std::uint32_t losses) override;
  void deliver(TaskHandle task, Interval interval, SharedBytes result, std::uint32_t) override;
  void fail(TaskHandle task, Interval interval, const LostWorker& worker, std::uint32_t losses) override;
  std::vector<CancelRequest> take_cancels() override;
  void cancel(TaskHandle task, Interval interval) override;
  void answer_cancel(TaskHandle ticket) override;
  void hold(HeldTask task, SharedBytes work) override;
  std::vector<HeldTask> take_held(const TakeLimit& limit) override;
  std::optional<HeldTask> cancel_held(WorkerId owner, Attempt attempt) override;
  bool is_running(WorkerId, Attempt) override { return false; }
  void drop_held(WorkerId owner) override;
  std::vector<FinishedTask> take_finished() override;

 private:
  static constexpr std::size_t most_suspended = 64;

  enum class Place : std::uint8_t { queued, running, lent, done };
  struct Outcome {
    std::uint64_t value = 0;
    bool failed = false;

    void add(const Outcome& other) {
      value += other.value;
      failed |= other.failed;
    }
  };
  struct Fiber;
  struct Own {
    std::uint32_t plan;
    std::vector<Place> places;  // of each index
    std::uint64_t missing;
    Outcome outcome;
    Fiber* waiter = nullptr;
    Fiber* canceller = nullptr;
    bool cancel_asked = false;
    TimePoint submitted;
    Duration per_element{};  // measured; zero: not yet
    std::uint64_t last_chunk = 1;
    bool is_done() const { return missing == 0; }
  };
  struct Queued {
    TaskHandle task;
    Interval left;
    std::uint32_t losses;
    TimePoint since;
  };
  struct Held {
    HeldTask task;  // task.interval.lo: where the next result begins
    std::uint32_t plan;
    std::uint64_t next;  // not begun: [next, task.interval.hi)
    std::uint64_t running = 0;
    std::map<std::uint64_t, std::pair<std::uint64_t, Outcome>> finished;  // of a range, by lo: hi and its part
    TimePoint since;
    TimePoint flushed_at{};
    Duration per_element{};
    std::uint64_t last_chunk = 1;
    bool has_left() const { return next < task.interval.hi; }
  };
  using HeldList = std::list<Held>;
  /// One running task or chunk.
  struct Frame {
    std::uint32_t plan;
    TaskHandle own = 0;  // 0: held, or main
    Held* held = nullptr;
    Interval interval{0, 1};
    std::size_t at = 0;            // step, or element
    TaskHandle element_child = 0;  // range: submitted and waited for
    TimePoint begun{};             // range: computed in this chunk
    std::vector<std::pair<std::uint32_t, TaskHandle>> children{};
    Outcome outcome{};
  };
  struct Fiber {
    std::vector<Frame> frames;  // innermost last
    bool gave_way = false;      // in its last poll
  };
  struct Delivery {
    TaskHandle task;
    Interval interval;
    Outcome outcome;
    bool is_answer = false;  // to a request to cancel
  };
  enum class Next { go_on, pause, suspend, finished };

  // Worker thread.
  void run();
  void read_inbox();
  bool pick();
  bool pick_task();
  void sleep();
  void enter(Frame frame);
  Next step(Frame& frame);
  Next step_single(Frame& frame);
  Next step_range(Frame& frame);
  Next await(TaskHandle task, bool polls);
  Next poll(TaskHandle task);
  Next cancel_child(Frame& frame, TaskHandle task);
  void cancel_queued(TaskHandle task);
  Next compute(Duration time);
  void finish(Frame frame);
  void finish_held(Frame& frame);
  void flush_held(Held& held);
  TaskHandle submit(std::uint32_t plan);
  Outcome collect(TaskHandle task);
  void settle(TaskHandle task, Interval interval, const Outcome& outcome);
  bool run_inline(TaskHandle task);
  void begin_own(std::deque<Queued>::iterator item);
  void begin_held(HeldList::iterator item);
  std::uint64_t chunk_of(std::uint64_t left, Duration per_element, std::uint64_t last) const;
  bool may_run_here(const Queued& item) const { return item.losses == 0 || pool_size_ <= 1; }
  void signal();
  void notify();
  void trace(const std::string& what, std::uint32_t plan, Interval interval);

  // Communication thread.
  Own& own(TaskHandle task) const;
  void move(TaskHandle task, Interval interval, Place from, Place to);
  Duration task_time() const;
  bool is_worth(const TakeLimit& limit) const;
  std::vector<Queued> cut_oldest(const TakeLimit& limit);
  void put_back(Queued item);
  void push_delivery(TaskHandle task, Interval interval, Place from, const Outcome& outcome);
  Bytes encode_result(const Outcome& outcome, std::uint32_t plan) const;

  const Program& program_;
  ThreadHost& host_;

  std::vector<std::unique_ptr<Own>> own_;  // by handle, less 1; null: collected
  std::size_t own_count_ = 0;
  std::deque<Queued> queue_;  // oldest first
  HeldList held_;             // oldest first
  std::set<std::pair<WorkerId, Attempt>> held_ever_;
  std::vector<FinishedTask> finished_;
  std::vector<Delivery> inbox_;
  std::vector<CancelRequest> cancels_;

  std::list<Fiber> fibers_;
  Fiber* current_ = nullptr;
  std::deque<Fiber*> ready_;
  std::size_t suspended_ = 0;
  bool asleep_ = true;
  bool woken_ = false;
  TimePoint asleep_since_{};
  bool watched_ = false;
  bool signalled_ = false;
  bool asked_done_ = false;
  TimePoint asked_at_{};
  std::size_t unclaimed_queued_ = 0;  // while a program polls
  TimePoint unclaimed_since_ = never;
  bool polls_in_vain_ = false;  // and there is nothing else to run
  std::size_t pool_size_ = 1;
  std::uint64_t progress_ = 0;
  Duration busy_{};  // computed so far
  std::uint64_t failures_ = 0;

  bool main_done_ = false;
  bool main_failed_ = false;
  std::uint64_t main_value_ = 0;
};

}  // namespace scoop::simulation
