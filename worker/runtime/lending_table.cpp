#include "worker/runtime/lending_table.hpp"

#include <algorithm>

namespace scoop {

Attempt LendingTable::lend(const Entry& entry) {
  entries_.emplace(++last_, entry);
  return last_;
}

LendingTable::Entries::iterator LendingTable::find(WorkerId holder, Attempt attempt, Interval part) {
  auto it = entries_.find(attempt);
  if (it == entries_.end()) return it;
  const auto& [task, interval, entry_holder, losses, retries] = it->second;
  bool inside = interval.lo <= part.lo && part.lo < part.hi && part.hi <= interval.hi;
  return entry_holder == holder && inside ? it : entries_.end();
}

std::optional<LendingTable::Entry> LendingTable::accept(WorkerId from, Attempt attempt, Interval interval) {
  auto it = find(from, attempt, interval);
  if (it == entries_.end() || interval.lo != it->second.interval.lo) return std::nullopt;
  auto accepted = it->second;
  accepted.interval = interval;
  it->second.interval.lo = interval.hi;
  if (it->second.interval.size() == 0) entries_.erase(it);
  return accepted;
}

std::optional<LendingTable::Entry> LendingTable::release(WorkerId from, Attempt attempt, Interval interval) {
  auto it = find(from, attempt, interval);
  if (it == entries_.end() || interval.hi != it->second.interval.hi) return std::nullopt;
  auto released = it->second;
  released.interval = interval;
  it->second.interval.hi = interval.lo;
  if (it->second.interval.size() == 0) entries_.erase(it);
  return released;
}

std::vector<std::pair<Attempt, WorkerId>> LendingTable::holders_of(TaskHandle task) const {
  std::vector<std::pair<Attempt, WorkerId>> found;
  for (const auto& [attempt, entry] : entries_)
    if (entry.task == task) found.emplace_back(attempt, entry.holder);
  std::ranges::sort(found);
  return found;
}

bool LendingTable::has_lent_to(WorkerId holder) const {
  return std::ranges::any_of(entries_, [&](const auto& item) { return item.second.holder == holder; });
}

std::vector<TaskHandle> LendingTable::tasks() const {
  std::vector<TaskHandle> found;
  for (const auto& [attempt, entry] : entries_) found.push_back(entry.task);
  std::ranges::sort(found);
  const auto doubles = std::ranges::unique(found);
  found.erase(doubles.begin(), doubles.end());
  return found;
}

std::vector<LendingTable::Entry> LendingTable::take_back(WorkerId holder) {
  std::vector<std::pair<Attempt, Entry>> found;
  for (const auto& item : entries_)
    if (item.second.holder == holder) found.push_back(item);
  std::ranges::sort(found, {}, &std::pair<Attempt, Entry>::first);
  std::vector<Entry> result;
  result.reserve(found.size());
  for (auto& [attempt, entry] : found) {
    entries_.erase(attempt);
    result.push_back(entry);
  }
  return result;
}

}  // namespace scoop
