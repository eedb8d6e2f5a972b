#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "common/base/clock.hpp"
#include "common/protocol/message.hpp"

namespace scoop {

/// An own task in the lending table's eyes: names it, never looks inside. The runtime keeps the task alive until the
/// last of its intervals was delivered or failed.
using TaskHandle = std::uint64_t;

/// What the worker thread is doing, as far as decisions need it.
struct Load {
  std::uint64_t queued = 0;  // own movable work not begun: single tasks, and the elements left of ranges; may stop
                             // counting at 1000
  std::uint64_t oldest = 0;  // names the oldest of it, so that two looks can tell whether it is still the same; 0: none
  std::uint64_t held = 0;    // other workers' work, not begun
  std::uint64_t progress = 0;  // tasks begun so far, a chunk of a range counts as one
  bool idle = false;           // the worker thread sleeps: nothing to run
  bool at_rest = false;        // idle, and nothing that was begun waits to go on
  bool saturated = false;      // very many suspended fibers: wants no more
  bool asked_done = false;     // the program asked done() since the last look: it waits without blocking
};

/// How much may be taken at once. The runtime stops at the first limit.
struct TakeLimit {
  std::uint64_t tasks = 4096;
  std::uint64_t bytes = 256 * 1024;               // of encoded work; one larger task still goes
  Duration work = std::chrono::milliseconds(20);  // by the measured time of a task or an element; unknown counts as 0
  Duration worth = Duration::zero();              // less work than this altogether, by the measured time, is left where
                                                  // it is; unknown is worth it
  std::uint32_t share = 2;                        // at most 1/share of what is queued, and of a range, rounded up
  bool last_too = false;                          // the last task, or single element of a range, may go as well: the
                                                  // worker thread does not get on
};

/// Own work taken out of the queue to be lent.
struct TakenTask {
  TaskHandle task = 0;
  Interval interval;
  std::uint32_t losses = 0;   // how often a worker died that held it
  std::uint32_t retries = 0;  // how many of these its options allow
  SharedBytes work;
};

/// Another worker's work, known by (owner, attempt).
struct HeldTask {
  WorkerId owner;
  Attempt attempt = 0;
  Interval interval;
};

/// An own task of which nothing more is to begin, as far as it is lent.
struct CancelRequest {
  TaskHandle task = 0;
  TaskHandle ticket = 0;  // names the request
  bool kill = false;      // it is a single task, and whoever runs it may be ended for it
};

struct FinishedTask {
  WorkerId owner;
  Attempt attempt = 0;
  Interval interval;
  SharedBytes result;
};

/// What the communication thread's decisions ask of the thread that runs tasks. One real implementation (executor), one
/// false one (simulation). Called by one thread, never blocks, never runs the user's tasks.
class Runtime {
 public:
  /// With `watch`, and if no own work is queued, the next push wakes the communication thread once, which then calls
  /// WorkerCore::on_work. Looking and arming are one step, so that no push falls between them.
  virtual Load load(bool watch) = 0;

  /// Own work, oldest first; ranges give the upper part of what is left. Work whose encoding fails is not returned: the
  /// failure has become its result.
  virtual std::vector<TakenTask> take_oldest(const TakeLimit& limit) = 0;
  /// Work that is lent, or part of it, once more: it goes to another thief. Nothing when encoding fails: the failure
  /// has become its result.
  virtual std::optional<SharedBytes> encode(TaskHandle task, Interval interval) = 0;
  /// Puts lent work back where take_oldest took it. `losses` comes out again with the next TakenTask.
  virtual void restore(TaskHandle task, Interval interval, std::uint32_t losses) = 0;
  /// The result of a lent interval, of the attempt after `losses`. Each index exactly once.
  virtual void deliver(TaskHandle task, Interval interval, SharedBytes result, std::uint32_t losses) = 0;
  /// Lent work that was lost too often. Becomes scoop::WorkerLost. Each index exactly once, instead of deliver.
  virtual void fail(TaskHandle task, Interval interval, const LostWorker& worker, std::uint32_t losses) = 0;

  /// Own tasks to cancel, asked for since the last call. Of these nothing is given by take_oldest any more, but what a
  /// lost worker held.
  virtual std::vector<CancelRequest> take_cancels() = 0;
  /// Lent work that came back, not begun, to be cancelled. Becomes scoop::CancelledError. Each index exactly once,
  /// instead of deliver.
  virtual void cancel(TaskHandle task, Interval interval) = 0;
  /// All who held something of the task have answered, or are lost.
  virtual void answer_cancel(TaskHandle ticket) = 0;

  /// Takes in another worker's work.
  virtual void hold(HeldTask task, SharedBytes work) = 0;
  /// Held work not begun, newest first, to be released; of a range in progress the upper part of what is left.
  virtual std::vector<HeldTask> take_held(const TakeLimit& limit) = 0;
  /// Takes out what is held under the attempt and has not begun, if anything; what has begun learns that it is
  /// cancelled.
  virtual std::optional<HeldTask> cancel_held(WorkerId owner, Attempt attempt) = 0;
  /// Whether it is a single task that has begun and not ended.
  virtual bool is_running(WorkerId owner, Attempt attempt) = 0;
  /// The owner is lost: what is held for it is of no use.
  virtual void drop_held(WorkerId owner) = 0;
  /// Results of held work since the last call, in the order they were finished; those of one range without gaps from
  /// its front.
  virtual std::vector<FinishedTask> take_finished() = 0;

 protected:
  ~Runtime() = default;
};

}  // namespace scoop
