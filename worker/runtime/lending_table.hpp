#pragma once
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/protocol/message.hpp"
#include "worker/runtime/runtime.hpp"

namespace scoop {

/// The owner's record of what it has lent: the only place that says who has a task. An entry is found by its attempt,
/// which is never used twice, so that nothing is counted twice whatever order messages come in.
class LendingTable {
 public:
  struct Entry {
    TaskHandle task = 0;
    Interval interval;  // still out
    WorkerId holder;
    std::uint32_t losses = 0;
    std::uint32_t retries = 0;
  };

  /// The attempt under which the holder knows it.
  Attempt lend(const Entry& entry);

  /// What was lent of which this is the result; the entry shrinks by it. Nothing if `from` does not hold it, or the
  /// interval is not a prefix of what is still out.
  std::optional<Entry> accept(WorkerId from, Attempt attempt, Interval interval);

  /// What the holder gives back; the entry shrinks by it. Nothing if `from` does not hold it, or the interval is not a
  /// suffix of what is still out.
  std::optional<Entry> release(WorkerId from, Attempt attempt, Interval interval);

  /// Everything that a lost worker held, in the order in which it was lent.
  std::vector<Entry> take_back(WorkerId holder);

  /// The attempts under which something of the task is out, and who holds them.
  std::vector<std::pair<Attempt, WorkerId>> holders_of(TaskHandle task) const;
  bool has_lent_to(WorkerId holder) const;
  /// Those of which something is out, each once.
  std::vector<TaskHandle> tasks() const;
  std::size_t size() const { return entries_.size(); }

 private:
  using Entries = std::unordered_map<Attempt, Entry>;
  Entries::iterator find(WorkerId holder, Attempt attempt, Interval part);

  Entries entries_;
  Attempt last_ = 0;
};

}  // namespace scoop
