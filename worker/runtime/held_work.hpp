#pragma once
#include <list>
#include <optional>
#include <vector>

#include <scoop/detail/abi.hpp>
#include "worker/runtime/runtime.hpp"

namespace scoop {

/// Other workers' work in this worker: not begun, or a range in progress. Guarded by the executor's mutex.
class HeldWork {
 public:
  struct Entry {
    HeldTask task;  // of a range, task.interval.lo is where the next result begins
    SharedBytes work;
    Interval encoded;              // what `work` covers; `task.interval` shrinks when parts are released
    detail::Node* node = nullptr;  // of a range, once decoded; touched by the worker thread only
    std::uint64_t next = 0;        // not begun: [next, task.interval.hi)
    bool is_decoding = false;
    unsigned running = 0;    // chunks of it that have begun
    TimePoint flushed_at{};  // when results last left

    bool has_left() const { return next < task.interval.hi; }
    /// All of a range was run or released, and its last results wait to leave.
    bool is_spent() const { return node && running == 0 && !has_left(); }
  };

  void add(HeldTask task, SharedBytes work);
  /// The oldest that the worker thread has something to do for; null if none.
  Entry* oldest();
  /// Takes `count` elements off the front of what has not begun.
  Interval begin_chunk(Entry& entry, std::uint64_t count);
  /// Takes an entry out for good.
  Entry remove(Entry* entry);
  /// As Runtime::take_held and drop_held.
  std::vector<HeldTask> take_newest(const TakeLimit& limit);
  void drop(WorkerId owner);
  /// As Runtime::cancel_held.
  std::optional<HeldTask> cancel(WorkerId owner, Attempt attempt);
  /// Entries with something not begun.
  std::size_t size() const { return open_; }
  /// What has not begun: single tasks and elements of ranges.
  std::uint64_t elements() const { return elements_; }

 private:
  void close(const Entry& entry);  // nothing more of it will begin

  std::list<Entry> entries_;  // oldest first; addresses stay
  std::size_t open_ = 0;
  std::uint64_t elements_ = 0;
};

}  // namespace scoop
