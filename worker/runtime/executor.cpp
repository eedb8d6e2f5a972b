#include "worker/runtime/executor.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <scoop/detail/biased_mutex.hpp>
#include "common/base/assert.hpp"
#include "worker/runtime/biased_mutex.hpp"
#include "worker/runtime/identity.hpp"
#include "worker/runtime/stack_overflow.hpp"

namespace scoop {

using detail::Node;
using detail::RangeNode;

Executor* the_executor = nullptr;

Executor::Executor(Settings settings, const ModuleTable& modules)
    : settings_(std::move(settings)),
      modules_(modules),
      state_(scoop_worker_state),
      stacks_(settings_.stack_size),
      constants_(*this, settings_.doorbell != nullptr),
      progress_([](control::MapProgress progress) { identity().show_progress(std::move(progress)); }) {
  if (settings_.ship_all) state_.attention.fetch_or(detail::attention_ship_all);
}

void Executor::attach() {
  worker_thread_ = std::this_thread::get_id();
  prepare(state_.mutex);
  fibers_.push_back(std::make_unique<Fiber>(Fiber::NativeStack{stacks_.size() / 2}));
  current_ = fibers_.back().get();
  state_.stack_limit = current_->limit();
  report_stack_overflow(current_);
}

void Executor::admit_calls() { state_.thread = __builtin_thread_pointer(); }

void Executor::refuse_calls() { state_.thread = nullptr; }

void Executor::disown() {
  refuse_calls();
  is_disowned_ = true;
}

void Executor::run() {
  // Never back to this stack, which may be smaller than those that tasks were promised.
  switch_to(idle_fiber());
  std::abort();
}

void Executor::loop() {
  for (;;) {
    if (job_.node) run_job(std::exchange(job_, {}));
    look_around();
    if (detail::Waiter* due = next_due()) {
      due->run(due);
      continue;
    }
    if (Fiber* fiber = next_ready()) {
      Fiber& self = *current_;
      if (!self.is_native()) StackPool::trim(self.stack());
      self.next = std::exchange(idle_, &self);
      suspended_.store(suspended_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
      switch_to(*fiber);
      continue;  // taken from the idle ones again
    }
    if (stop_.load(std::memory_order_acquire)) settings_.on_stop();
    if (!run_something()) sleep(never);
  }
}

void Executor::run_job(Job job) {
  if (job.until == 0) {
    step(*job.node);
    return;
  }
  wait(*job.node, job.until);
  // The one who waits is next, before all that became ready meanwhile.
  job.waiter->next = ready_first_;
  ready_first_ = job.waiter;
  if (!ready_last_) ready_last_ = job.waiter;
}

void Executor::step(Node& node) {
  if (!node.type->is_range && take(node))
    run_task(node);
  else if (Chunk chunk; node.type->is_range && (chunk = take_chunk(static_cast<RangeNode&>(node))).whole)
    run_chunk(chunk);
  else
    run_something();
}

bool Executor::run_something() { return run_newest() || run_held(); }

/// Hungry, until something comes, but no longer than to `limit`.
void Executor::sleep(TimePoint limit) {
  if (!settings_.doorbell && timers_.empty() && limit == never) {
    std::fputs(
        "scoop: every task waits, none can go on: a task waits for itself, for one that waits for it, or for a shared "
        "constant that nobody sets\n",
        stderr);
    std::abort();
  }
  if (progress_.is_pending()) progress_.on_tick(Clock::now());
  std::unique_lock lock(mutex_);
  if (woken_ || !inbox_.empty() || stop_ || held_.oldest()) {
    woken_ = false;
    return;
  }
  asleep_ = true;
  lock.unlock();
  ring();  // hungry
  lock.lock();
  const TimePoint until =
      std::min({limit, timers_.empty() ? never : timers_.begin()->first, progress_.next_deadline()});
  if (until == never)
    awake_.wait(lock, [this] { return woken_; });
  else
    awake_.wait_until(lock, until, [this] { return woken_; });
  woken_ = false;
  asleep_ = false;
}

void Executor::attend() {
  if (state_.attention.load(std::memory_order_relaxed) & detail::attention_watch) {
    state_.attention.fetch_and(~detail::attention_watch, std::memory_order_relaxed);
    ring();
  }
  read_inbox();
}

void Executor::read_inbox() {
  if (!(state_.attention.load(std::memory_order_relaxed) & detail::attention_inbox)) return;
  state_.attention.fetch_and(~detail::attention_inbox, std::memory_order_acquire);
  std::vector<Delivery> deliveries;
  {
    const std::lock_guard lock(mutex_);
    deliveries.swap(inbox_);
  }
  for (Delivery& delivery : deliveries) {
    if (delivery.is_cancelled) {
      settle_cancelled(*delivery.node, delivery.interval);
      continue;
    }
    detail::Reader reader(delivery.result.data(), delivery.result.size());
    reader.attempt = delivery.losses + 1;
    delivery.node->type->decode_result(delivery.node, delivery.interval.lo, delivery.interval.hi, &reader);
    settle(*delivery.node);
  }
  if (progress_.is_pending()) progress_.on_tick(Clock::now());
}

std::uint64_t Executor::unfinished(const std::vector<TaskHandle>& lent) const {
  const auto here = state_.queued.load(std::memory_order_relaxed) + suspended_.load(std::memory_order_relaxed);
  // Another thread that calls exit() must not look into nodes, which may end meanwhile.
  if (std::this_thread::get_id() != worker_thread_) return here + lent.size();
  const auto is_missed = [](TaskHandle handle) {
    const auto& node = *reinterpret_cast<const Node*>(handle);
    const bool counts_here = node.queue.next != nullptr;  // the rest of a range
    return !counts_here && !node.failed && !node.cancel_asked.load(std::memory_order_relaxed);
  };
  const detail::OwnerLock lock(state_.mutex);
  return here + static_cast<std::uint64_t>(std::ranges::count_if(lent, is_missed));
}

// Fibers

void Executor::run_elsewhere(Job job) {
  suspended_.store(suspended_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  job_ = job;
  switch_to(idle_fiber());
}

void Executor::switch_to(Fiber& target) {
  Fiber& self = *std::exchange(current_, &target);
  state_.stack_limit = target.limit();
  self.switch_to(target);
}

Fiber& Executor::idle_fiber() {
  if (Fiber* fiber = idle_) {
    idle_ = fiber->next;
    return *fiber;
  }
  fibers_.push_back(std::make_unique<Fiber>(stacks_.take(), [] { the_executor->loop(); }));
  return *fibers_.back();
}

Fiber* Executor::next_ready() {
  Fiber* fiber = ready_first_;
  if (fiber) {
    ready_first_ = fiber->next;
    if (!ready_first_) ready_last_ = nullptr;
    end_turns();
  }
  return fiber;
}

void Executor::push_ready(Fiber& fiber) {
  fiber.next = nullptr;
  (ready_last_ ? ready_last_->next : ready_first_) = &fiber;
  ready_last_ = &fiber;
}

}  // namespace scoop
