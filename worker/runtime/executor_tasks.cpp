// Running one thing: an own task, a chunk of an own range, another worker's task.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include <scoop/detail/biased_mutex.hpp>
#include <scoop/detail/error_record.hpp>
#include <scoop/detail/node_memory.hpp>
#include "common/base/assert.hpp"
#include "common/base/exit_code.hpp"
#include "worker/runtime/executor.hpp"

namespace scoop {

using detail::Node;
using detail::OwnerLock;
using detail::RangeNode;

namespace {

// A chunk is long enough to hide its overhead (two clock reads, a lock) and short enough for the communication thread
// to find something left to give.
constexpr float chunk_ns = 100'000;
// Results of a held range in progress leave at least so often.
constexpr auto flush_interval = std::chrono::milliseconds(5);

std::uint64_t next_chunk(const RangeNode& whole, std::uint64_t left) {
  if (whole.chunk_size > 0) return std::min<std::uint64_t>(left, whole.chunk_size);
  if (whole.ns_per_element <= 0) return 1;  // to measure
  // Grows step by step: the first elements may be no measure for the rest.
  const float fits = std::max(1.0F, chunk_ns / whole.ns_per_element);
  const std::uint64_t most = std::max<std::uint64_t>(1, std::uint64_t{whole.last_chunk} * 4);
  return std::min({left, most, fits < 1e9F ? static_cast<std::uint64_t>(fits) : std::uint64_t{1'000'000'000}});
}

void measure(RangeNode& whole, std::uint64_t elements, Duration took) {
  const auto ns = static_cast<float>(std::chrono::nanoseconds(took).count()) / static_cast<float>(elements);
  const float measured = std::max(ns, 0.1F);
  whole.ns_per_element = whole.ns_per_element <= 0 ? measured : (whole.ns_per_element + measured) / 2;
  whole.last_chunk = static_cast<std::uint32_t>(std::min<std::uint64_t>(elements, 1'000'000'000));
}

}  // namespace

void Executor::count_progress() {
  state_.progress.store(state_.progress.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

/// Under the mutex.
bool Executor::may_run_here(const Node& node) const {
  // What died with a worker may be what killed it, and what is to be killable must not run on who may kill it: as long
  // as there are others, it is theirs.
  return (node.losses == 0 && !node.kill) || is_alone();
}

bool Executor::take(Node& node) {
  const OwnerLock lock(state_.mutex);
  if (!node.queue.next || !may_run_here(node)) return false;
  unlink(state_, node.queue);
  return true;
}

Executor::Chunk Executor::take_chunk(RangeNode& range) {
  const OwnerLock lock(state_.mutex);
  return range.queue.next && may_run_here(range) ? cut_chunk(range) : Chunk{};
}

/// Under the mutex; the range is queued.
Executor::Chunk Executor::cut_chunk(RangeNode& range) {
  const Chunk chunk{range.whole, {range.next, range.next + next_chunk(*range.whole, range.end - range.next)}};
  range.next = chunk.interval.hi;
  if (range.next == range.end) unlink(state_, range.queue);
  return chunk;
}

bool Executor::run_newest() {
  Node* single = nullptr;
  RangeNode* spent_piece = nullptr;
  Chunk chunk;
  {
    const OwnerLock lock(state_.mutex);
    detail::QueueLink* link = state_.queue.prev;
    while (link != &state_.queue && !may_run_here(*detail::node_of(link))) link = link->prev;
    if (link == &state_.queue) return false;
    Node* node = detail::node_of(link);
    if (node->type->is_range) {
      auto& range = static_cast<RangeNode&>(*node);
      chunk = cut_chunk(range);
      if (range.whole != &range && !range.queue.next) spent_piece = &range;
    } else {
      single = node;
      unlink(state_, single->queue);
    }
  }
  delete spent_piece;  // its only place was the queue
  if (single)
    run_task(*single);
  else
    run_chunk(chunk);
  return true;
}

void Executor::run_task(Node& node) {
  count_progress();
  run(node, {0, 1});
  settle(node);
}

void Executor::run_chunk(Chunk chunk) {
  count_progress();
  const TimePoint begin = Clock::now();
  run(*chunk.whole, chunk.interval);
  const TimePoint end = Clock::now();
  {
    const OwnerLock lock(state_.mutex);  // the communication thread reads it
    measure(*chunk.whole, chunk.interval.size(), end - begin);
  }
  settle(*chunk.whole);
  if (progress_.is_pending()) progress_.on_tick(end);
}

/// User code.
void Executor::call(Node& node, Interval interval, const std::atomic<bool>& cancel_asked) {
  const std::atomic<bool>* const outer = std::exchange(current_->cancel_asked, &cancel_asked);
  node.type->run(&node, interval.lo, interval.hi);
  current_->cancel_asked = outer;  // what began on a fiber ends on it
  if (!is_disowned_) return;
  // Here the locks and the other thread's memory are as fork() met them.
  std::fputs("scoop: a process that fork() made in a task returned from it, and ends here; let it end by _exit\n",
             stderr);
  ::_exit(exit_run_failed);  // exit() would write once more what main has printed
}

void Executor::run(Node& node, Interval interval) {
  const auto [lo, hi] = interval;
  if (!settings_.ship_all) {
    call(node, interval, node.cancel_asked);
    return;
  }
  detail::Writer work(settings_.max_value_bytes);
  detail::Writer error(settings_.max_value_bytes);
  if (!node.type->encode(&node, lo, hi, &work)) {
    if (interval.size() == 1) return receive(node, interval, work.view());
    run(node, {lo, interval.middle()});  // as when it is given away: what cannot be sent fails itself only
    return run(node, {interval.middle(), hi});
  }
  detail::Reader reader(work.view());
  Node* copy = node.type->decode(&reader, lo, hi, &error);
  if (!copy) return receive(node, interval, error.view());
  call(*copy, interval, node.cancel_asked);
  encode_results(*copy, interval, [&](Interval part, detail::Writer&& result) { receive(node, part, result.view()); });
  copy->holders = 1;
  detail::release(copy);
}

void Executor::receive(Node& node, Interval interval, std::string_view result) {
  detail::Reader reader(result);
  node.type->decode_result(&node, interval.lo, interval.hi, &reader);
}

/// Calls `consume` with the result, in as many parts as its size makes necessary.
template <class Consume>
void Executor::encode_results(Node& node, Interval interval, const Consume& consume) {
  {
    detail::Writer result(settings_.max_value_bytes);
    if (node.type->encode_result(&node, interval.lo, interval.hi, &result)) return consume(interval, std::move(result));
  }
  encode_results(node, {interval.lo, interval.middle()}, consume);
  encode_results(node, {interval.middle(), interval.hi}, consume);
}

void Executor::settle(Node& node) {
  if (node.waiters) {
    if (node.type->is_range) progress_.count(node);
    wake(node);
  }
  const bool is_over = node.type->is_range ? static_cast<RangeNode&>(node).missing == 0 : node.done;
  if (is_over) detail::release(&node);
}

// Other workers' work

bool Executor::run_held() {
  std::unique_lock lock(mutex_);
  HeldWork::Entry* entry = held_.oldest();
  if (!entry) return false;
  if (entry->node) {
    lock.unlock();
    run_held_chunk(*entry);
    return true;
  }
  const detail::TaskType* type = modules_.type_of_work(entry->work);
  if (type && type->is_range) {
    entry->is_decoding = true;
    lock.unlock();
    if (begin_held_range(*entry)) run_held_chunk(*entry);
    return true;
  }
  HeldWork::Entry single = held_.remove(entry);
  RunningHeld running{single.task};
  running_held_.push_back(&running);
  lock.unlock();
  run_held_task(std::move(single), running);
  return true;
}

void Executor::run_held_task(HeldWork::Entry entry, RunningHeld& running) {
  count_progress();
  detail::Writer result(settings_.max_value_bytes);
  detail::Reader reader(entry.work.data(), entry.work.size());
  if (Node* node = decode_work(reader, entry.task.interval, result)) {
    call(*node, {0, 1}, running.cancel_asked);
    node->type->encode_result(node, 0, 1, &result);
    node->holders = 1;
    detail::release(node);
  }
  push_finished({entry.task.owner, entry.task.attempt, entry.task.interval, share(std::move(result))});
}

bool Executor::begin_held_range(HeldWork::Entry& entry) {
  detail::Writer error;
  detail::Reader reader(entry.work.data(), entry.work.size());
  // The node covers what was encoded, also if part of it was released meanwhile.
  Node* node = decode_work(reader, entry.encoded, error);
  std::unique_lock lock(mutex_);
  entry.is_decoding = false;
  if (node) {
    entry.node = node;
    entry.work = {};
    return true;
  }
  HeldTask failed = held_.remove(&entry).task;
  lock.unlock();
  if (failed.interval.size() > 0)
    push_finished({failed.owner, failed.attempt, failed.interval, share(std::move(error))});
  return false;
}

void Executor::run_held_chunk(HeldWork::Entry& entry) {
  auto& node = static_cast<RangeNode&>(*entry.node);
  Interval chunk;
  {
    const std::lock_guard lock(mutex_);
    chunk = held_.begin_chunk(entry, entry.has_left() ? next_chunk(node, entry.task.interval.hi - entry.next) : 0);
  }
  count_progress();
  const TimePoint begin = Clock::now();
  if (chunk.size() > 0) call(node, chunk, node.cancel_asked);
  const TimePoint end = Clock::now();
  if (chunk.size() > 0) measure(node, chunk.size(), end - begin);
  finish_held_chunk(entry, end);
}

void Executor::finish_held_chunk(HeldWork::Entry& entry, TimePoint now) {
  auto& node = static_cast<RangeNode&>(*entry.node);
  HeldTask ready;
  bool is_over = false;
  {
    const std::lock_guard lock(mutex_);
    --entry.running;
    const Interval left = entry.task.interval;
    is_over = entry.running == 0 && !entry.has_left();
    // What a suspended chunk leaves out waits for it: results are a prefix.
    const std::uint64_t until = node.failed ? left.hi : std::min(node.frontier, left.hi);
    const bool is_due = is_over || now - entry.flushed_at >= flush_interval;
    if (is_due && until > left.lo) {
      ready = {entry.task.owner, entry.task.attempt, {left.lo, until}};
      entry.task.interval.lo = until;
      entry.flushed_at = now;
    }
  }
  if (ready.interval.size() > 0) {
    encode_results(node, ready.interval, [&](Interval part, detail::Writer&& result) {
      push_finished({ready.owner, ready.attempt, part, share(std::move(result))});
    });
  }
  if (!is_over) return;
  {
    const std::lock_guard lock(mutex_);
    held_.remove(&entry);
  }
  node.holders = 1;
  detail::release(&node);
}

Node* Executor::decode_work(detail::Reader& reader, Interval interval, detail::Writer& error) {
  std::string why;
  const detail::TaskType* type = modules_.read_type(reader, why);
  if (type) return type->decode(&reader, interval.lo, interval.hi, &error);
  detail::write_outcome_tag(error, detail::outcome_error);
  detail::write_error_record(error, {.type = "N5scoop11DecodeErrorE", .name = "scoop::DecodeError", .text = why});
  return nullptr;
}

void Executor::push_finished(FinishedTask task) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(running_held_, [&](const RunningHeld* running) {
      return running->task.owner == task.owner && running->task.attempt == task.attempt;
    });
    finished_.push_back(std::move(task));
  }
  ring();
}

}  // namespace scoop
