#include "worker/runtime/held_work.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/base/assert.hpp"

namespace scoop {

void HeldWork::add(HeldTask task, SharedBytes work) {
  Entry& entry = entries_.emplace_back();
  entry.next = task.interval.lo;
  entry.task = task;
  entry.encoded = task.interval;
  entry.work = std::move(work);
  ++open_;
  elements_ += task.interval.size();
}

HeldWork::Entry* HeldWork::oldest() {
  for (Entry& entry : entries_)
    if ((entry.has_left() && !entry.is_decoding) || entry.is_spent()) return &entry;
  return nullptr;
}

Interval HeldWork::begin_chunk(Entry& entry, std::uint64_t count) {
  const Interval chunk{entry.next, entry.next + count};
  if (count > 0) {
    entry.next = chunk.hi;
    elements_ -= count;
    if (!entry.has_left()) --open_;
  }
  ++entry.running;
  return chunk;
}

HeldWork::Entry HeldWork::remove(Entry* entry) {
  const auto it = std::find_if(entries_.begin(), entries_.end(), [=](const Entry& e) { return &e == entry; });
  SCOOP_ASSERT(it != entries_.end());
  close(*it);
  Entry out = std::move(*it);
  entries_.erase(it);
  return out;
}

std::vector<HeldTask> HeldWork::take_newest(const TakeLimit& limit) {
  std::vector<HeldTask> taken;
  const std::size_t have = size();
  const std::size_t most = std::min<std::size_t>(limit.tasks, (have + limit.share - 1) / limit.share);
  for (auto it = entries_.end(); it != entries_.begin() && taken.size() < most;) {
    --it;
    if (!it->has_left()) continue;
    const std::uint64_t left = it->task.interval.hi - it->next;
    // What others wait behind goes whole; a range in progress, or the last of all, is split.
    const bool is_last = have - taken.size() == 1 || it->node || it->is_decoding;
    if (is_last && left == 1 && !limit.last_too) continue;
    const std::uint64_t give = is_last ? (left + limit.share - 1) / limit.share : left;
    const std::uint64_t mid = it->task.interval.hi - give;
    taken.push_back({it->task.owner, it->task.attempt, {mid, it->task.interval.hi}});
    it->task.interval.hi = mid;
    elements_ -= give;
    if (!it->has_left()) --open_;
    const bool untouched = !it->node && !it->is_decoding;
    if (untouched && mid == it->task.interval.lo) it = entries_.erase(it);
  }
  return taken;
}

void HeldWork::close(const Entry& entry) {
  if (!entry.has_left()) return;
  --open_;
  elements_ -= entry.task.interval.hi - entry.next;
}

std::optional<HeldTask> HeldWork::cancel(WorkerId owner, Attempt attempt) {
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& e) { return e.task.owner == owner && e.task.attempt == attempt; });
  if (entry == entries_.end()) return std::nullopt;
  if (entry->node) entry->node->cancel_asked.store(true, std::memory_order_relaxed);
  if (!entry->has_left()) return std::nullopt;
  const HeldTask not_begun{owner, attempt, {entry->next, entry->task.interval.hi}};
  close(*entry);
  entry->task.interval.hi = entry->next;
  const bool is_untouched = !entry->node && !entry->is_decoding;
  if (is_untouched) entries_.erase(entry);
  return not_begun;
}

void HeldWork::drop(WorkerId owner) {
  for (auto it = entries_.begin(); it != entries_.end();) {
    if (it->task.owner != owner) {
      ++it;
      continue;
    }
    close(*it);
    if (!it->node && !it->is_decoding) {
      it = entries_.erase(it);
    } else {
      it->task.interval.hi = it->next;  // what has begun ends by itself
      ++it;
    }
  }
}

}  // namespace scoop
