// The communication thread's side of the executor.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <scoop/detail/error_record.hpp>
#include "worker/runtime/biased_mutex.hpp"
#include "worker/runtime/executor.hpp"
#include "worker/runtime/task_label.hpp"

// Of LeakSanitizer, where the process has it: of this build or of the user's program.
extern "C" __attribute__((weak)) void __lsan_ignore_object(const void* object);

namespace scoop {

using detail::Node;
using detail::QueueLink;
using detail::RangeNode;

namespace {

TaskHandle handle_of(Node* node) { return reinterpret_cast<TaskHandle>(node); }
Node* node_of(TaskHandle task) { return reinterpret_cast<Node*>(task); }

/// Nanoseconds of work that waits in one queued node; negative: not known.
float work_of(const Node& node, Duration per_task) {
  if (!node.type->is_range) return per_task > Duration::zero() ? static_cast<float>(per_task.count()) : -1;
  const auto& range = static_cast<const RangeNode&>(node);
  if (range.whole->ns_per_element <= 0) return -1;
  return range.whole->ns_per_element * static_cast<float>(range.end - range.next);
}

/// Nobody is to begin it. What a lost worker may have begun goes on, since it is not cancelled.
bool is_being_cancelled(const Node& node) {
  const Node& whole = node.type->is_range ? *static_cast<const RangeNode&>(node).whole : node;
  return node.losses == 0 && whole.cancel_asked.load(std::memory_order_relaxed);
}

}  // namespace

/// Something taken out of the queue, or cut off a range that stays there.
struct Executor::Cut {
  Node* node;  // the whole, of a range
  Interval interval;
  std::uint32_t losses;
};

Load Executor::load(bool watch) {
  Load load;
  if (state_.queued.load(std::memory_order_relaxed) > 0 || watch) look_at_queue(load, watch);
  load.progress = state_.progress.load(std::memory_order_relaxed);
  load.saturated = suspended_.load(std::memory_order_relaxed) >= most_suspended();
  load.asked_done = asked_done_.exchange(false, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    load.held = held_.elements();
    load.idle = asleep_ && !woken_;
    load.at_rest = load.idle && inbox_.empty() && suspended_.load(std::memory_order_relaxed) == 0;
  }
  task_time_.look(load.progress, load.idle, Clock::now());
  return load;
}

void Executor::look_at_queue(Load& load, bool watch) {
  // Elements are counted in the oldest few only; that is enough to tell a lot from a little.
  constexpr int most_counted = 16;
  const GuestLock lock(state_.mutex);
  load.queued = state_.queued.load(std::memory_order_relaxed);
  QueueLink* link = state_.queue.next;
  load.oldest = link == &state_.queue ? 0 : reinterpret_cast<std::uint64_t>(link);
  for (int i = 0; i < most_counted && link != &state_.queue; ++i, link = link->next) {
    const Node* node = detail::node_of(link);
    if (!node->type->is_range) continue;
    const auto& range = static_cast<const RangeNode&>(*node);
    load.queued += range.end - range.next - 1;
  }
  // Under the lock: a push comes either before, and is counted, or after, and sees the bit.
  if (watch && load.queued == 0) state_.attention.fetch_or(detail::attention_watch, std::memory_order_relaxed);
}

std::vector<TakenTask> Executor::take_oldest(const TakeLimit& limit) {
  std::vector<TakenTask> taken;
  if (state_.queued.load(std::memory_order_relaxed) == 0) return taken;
  std::vector<Cut> cuts = cut_oldest(limit);
  std::uint64_t bytes = 0;
  std::size_t given = 0;
  for (; given < cuts.size() && bytes < limit.bytes; ++given) {
    Cut& cut = cuts[given];
    detail::Writer out(settings_.max_value_bytes);
    const bool is_work = encode_most(cut, out);
    SharedBytes encoded = share(std::move(out));
    bytes += encoded.size();
    if (is_work) {
      // Until its result comes it is known by its number only. Abandoned at the end, it is no leak.
      if (__lsan_ignore_object) __lsan_ignore_object(cut.node);
      taken.push_back({handle_of(cut.node), cut.interval, cut.losses, cut.node->retries, std::move(encoded)});
    } else {
      push_delivery({cut.node, cut.interval, std::move(encoded)});
    }
  }
  // Newest of the rest first, so that they stand in their old order at the oldest end.
  for (std::size_t i = cuts.size(); i-- > given;) put_back(cuts[i]);
  return taken;
}

/// Of a range with elements that cannot be written, together or at all, only the upper part goes that can; or one
/// element with its error.
bool Executor::encode_most(Cut& cut, detail::Writer& work) {
  while (!encode_work(*cut.node, cut.interval, work)) {
    if (cut.interval.size() == 1) return false;
    const std::uint64_t mid = cut.interval.middle();
    put_back({cut.node, {cut.interval.lo, mid}, cut.losses});
    cut.interval.lo = mid;
    work.clear();
  }
  return true;
}

std::vector<Executor::Cut> Executor::cut_oldest(const TakeLimit& limit) {
  std::vector<Cut> cuts;
  std::vector<RangeNode*> spent_pieces;
  {
    const GuestLock lock(state_.mutex);
    if (!is_worth(limit)) return cuts;
    const std::uint64_t queued = state_.queued.load(std::memory_order_relaxed);
    std::uint64_t want = std::min(limit.tasks, (queued + limit.share - 1) / limit.share);
    if (const Duration each = task_time_.estimate(); each > Duration::zero())
      want = std::min<std::uint64_t>(want, std::max<std::uint64_t>(1, limit.work / each));
    for (QueueLink* link = state_.queue.next; link != &state_.queue && cuts.size() < want;) {
      Node* node = detail::node_of(link);
      link = link->next;
      if (is_being_cancelled(*node)) continue;
      if (!node->type->is_range) {
        if (queued == 1 && !limit.last_too) break;
        unlink(state_, node->queue);
        cuts.push_back({node, {0, 1}, node->losses});
        continue;
      }
      auto& range = static_cast<RangeNode&>(*node);
      const std::uint64_t left = range.end - range.next;
      // A single element left is like a last task.
      const std::uint64_t give =
          left == 1 ? (limit.last_too || queued > 1 ? 1 : 0) : (left + limit.share - 1) / limit.share;
      if (give == 0) continue;
      const std::uint64_t mid = range.end - give;
      cuts.push_back({range.whole, {mid, range.end}, range.losses});
      range.end = mid;
      if (range.next < range.end) continue;
      unlink(state_, range.queue);
      if (range.whole != &range) spent_pieces.push_back(&range);
    }
  }
  for (RangeNode* piece : spent_pieces) delete piece;
  return cuts;
}

/// Under the mutex: whether all that is queued is as much work as the limit asks for, as far as it is known.
bool Executor::is_worth(const TakeLimit& limit) const {
  const auto worth = static_cast<float>(limit.worth.count());
  float work = 0;
  for (QueueLink* link = state_.queue.next; link != &state_.queue && work < worth; link = link->next) {
    const float more = work_of(*detail::node_of(link), task_time_.estimate());
    if (more < 0) return true;
    work += more;
  }
  return work >= worth;
}

void Executor::put_back(const Cut& cut) {
  Node* node = cut.node;
  if (node->type->is_range) {
    auto& whole = static_cast<RangeNode&>(*node);
    auto* piece = new RangeNode(node->type, cut.interval.lo, cut.interval.hi);
    piece->whole = &whole;
    node = piece;
  }
  {
    const GuestLock lock(state_.mutex);
    node->losses = static_cast<std::uint8_t>(std::min<std::uint32_t>(cut.losses, 255));
    node->apart = node->apart || cut.losses > 0;
    push_oldest(state_, node->queue);
  }
  notify();
}

std::optional<SharedBytes> Executor::encode(TaskHandle task, Interval interval) {
  detail::Writer out(settings_.max_value_bytes);
  const bool is_work = encode_work(*node_of(task), interval, out);
  SharedBytes encoded = share(std::move(out));
  if (is_work) return encoded;
  push_delivery({node_of(task), interval, std::move(encoded)});
  return std::nullopt;
}

/// Appends the work; or, if it cannot be sent, why not, as a result. Whether it is the work.
bool Executor::encode_work(const Node& node, Interval interval, detail::Writer& out) const {
  const std::size_t begin = out.size;
  if (!modules_.write_type(node.type, out)) return false;
  const std::size_t end_of_type = out.size;
  if (node.type->encode(&node, interval.lo, interval.hi, &out)) return true;
  // A result names no type.
  std::memmove(out.data + begin, out.data + end_of_type, out.size - end_of_type);
  out.size -= end_of_type - begin;
  return false;
}

/// Takes the memory over as it is.
SharedBytes Executor::share(detail::Writer&& written) {
  const std::span<const char> bytes(written.data, written.size);
  return {std::shared_ptr<const void>(std::exchange(written.data, nullptr), &std::free), bytes};
}

void Executor::restore(TaskHandle task, Interval interval, std::uint32_t losses) {
  put_back({node_of(task), interval, losses});
}

void Executor::deliver(TaskHandle task, Interval interval, SharedBytes result, std::uint32_t losses) {
  push_delivery({node_of(task), interval, std::move(result), losses});
}

void Executor::fail(TaskHandle task, Interval interval, const LostWorker& worker, std::uint32_t losses) {
  detail::Writer error;
  detail::encode_error(error,
                       WorkerLost(worker.name, worker.cause.text, task_label(node_of(task)->type->name()), losses));
  push_delivery({node_of(task), interval, share(std::move(error))});
}

void Executor::hold(HeldTask task, SharedBytes work) {
  {
    const std::lock_guard lock(mutex_);
    held_.add(task, std::move(work));
  }
  notify();
}

std::vector<HeldTask> Executor::take_held(const TakeLimit& limit) {
  const std::lock_guard lock(mutex_);
  return held_.take_newest(limit);
}

void Executor::drop_held(WorkerId owner) {
  const std::lock_guard lock(mutex_);
  held_.drop(owner);
}

std::vector<FinishedTask> Executor::take_finished() {
  std::vector<FinishedTask> finished;
  const std::lock_guard lock(mutex_);
  finished.swap(finished_);
  return finished;
}

void Executor::push_delivery(Delivery delivery) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.push_back(std::move(delivery));
    state_.attention.fetch_or(detail::attention_inbox, std::memory_order_release);
  }
  notify();
}

void Executor::set_pool_size(std::uint32_t workers) {
  const std::uint32_t before = pool_size_.exchange(workers, std::memory_order_relaxed);
  if (before != workers) notify();  // what only others were to run may now be for this worker
}

void Executor::request_stop() {
  stop_.store(true, std::memory_order_release);
  notify();
}

void Executor::notify() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;  // also where it only is about to sleep
    if (!asleep_ && !naps_) return;
  }
  awake_.notify_one();
}

void Executor::ring() {
  if (settings_.doorbell) settings_.doorbell->ring();
}

}  // namespace scoop
