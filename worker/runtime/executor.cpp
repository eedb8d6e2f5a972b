#include "worker/runtime/executor.hpp"

#include <sched.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "common/base/assert.hpp"
#include "worker/runtime/biased_mutex.hpp"
#include "worker/runtime/stack_overflow.hpp"

namespace scoop::detail {

/// A fiber that waits for a node. Lives on the waiting fiber's stack.
struct Waiter {
  Fiber* fiber;
  std::uint64_t until;
  Waiter* next;
};

}  // namespace scoop::detail

namespace scoop {

using detail::Node;
using detail::RangeNode;

namespace {

// Work that nobody took for so long is run by a program that polls.
constexpr auto unclaimed_limit = std::chrono::milliseconds(1);
// How often a polling program makes the communication thread look.
constexpr auto ask_interval = std::chrono::microseconds(100);
// A loop that only polls has its turns for so long; then it sleeps until something comes, and the core is for those who
// bring it.
constexpr auto spin_limit = std::chrono::microseconds(250);
constexpr auto longest_nap = std::chrono::milliseconds(1);
// What a program does between two polls of such a loop takes less.
constexpr auto between_polls = std::chrono::microseconds(20);

bool is_satisfied(const Node& node, std::uint64_t until) {
  return node.done || (node.type->is_range && static_cast<const RangeNode&>(node).frontier >= until);
}

}  // namespace

Executor* the_executor = nullptr;

Executor::Executor(Settings settings, const ModuleTable& modules)
    : settings_(std::move(settings)), modules_(modules), state_(scoop_worker_state), stacks_(settings_.stack_size) {
  if (settings_.ship_all) state_.attention.fetch_or(detail::attention_ship_all);
}

void Executor::attach() {
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
    read_inbox();
    if (Fiber* fiber = next_ready()) {
      Fiber& self = *current_;
      if (!self.is_native()) StackPool::trim(self.stack());
      self.next = std::exchange(idle_, &self);
      suspended_.store(suspended_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
      switch_to(*fiber);
      continue;  // taken from the idle ones again
    }
    if (stop_.load(std::memory_order_acquire)) settings_.on_stop();
    if (!run_something()) sleep();
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
  else
    run_something();
}

bool Executor::run_something() { return run_newest() || run_held(); }

void Executor::sleep() {
  if (!settings_.doorbell) {
    std::fputs(
        "scoop: every task waits for another one, none can go on: a task waits for itself, or for one that waits for "
        "it\n",
        stderr);
    std::abort();
  }
  std::unique_lock lock(mutex_);
  if (woken_ || !inbox_.empty() || stop_ || held_.oldest()) {
    woken_ = false;
    return;
  }
  asleep_ = true;
  lock.unlock();
  ring();  // hungry
  lock.lock();
  awake_.wait(lock, [this] { return woken_; });
  woken_ = false;
  asleep_ = false;
}

void Executor::wait(Node& node, std::uint64_t until) {
  for (;;) {
    read_inbox();
    if (is_satisfied(node, until)) return;
    if (static_cast<char*>(__builtin_frame_address(0)) <= state_.stack_limit) {
      run_elsewhere({&node, until, current_});
    } else if (!node.type->is_range && take(node)) {
      run_task(node);
    } else if (Chunk chunk; node.type->is_range && (chunk = take_chunk(static_cast<RangeNode&>(node))).whole) {
      run_chunk(chunk);
    } else {
      suspend(node, until);
    }
  }
}

bool Executor::poll(Node& node) {
  read_inbox();
  if (node.done) {
    rested_at_ = {};  // the next wait begins with turns again
    return true;
  }
  const TimePoint now = Clock::now();
  const std::uint64_t queued = state_.queued.load(std::memory_order_relaxed);
  if (unclaimed_queued_ != queued || unclaimed_since_ == never) {
    unclaimed_queued_ = queued;
    unclaimed_since_ = now;
  }
  const bool is_alone = pool_size_.load(std::memory_order_relaxed) <= 1;
  // Before the fibers that are ready: these may be pollers too, and would pass the turn among themselves for ever.
  if ((is_alone && queued > 0) || now - unclaimed_since_ >= unclaimed_limit) {
    unclaimed_since_ = never;
    // On another stack, so that the caller goes on even if what runs there blocks.
    push_ready(*current_);
    run_elsewhere({&node, 0, nullptr});
  } else if (ready_first_) {
    yield();
  } else {
    if (queued > 0 && now - asked_at_ >= ask_interval) {
      asked_at_ = now;
      asked_done_.store(true, std::memory_order_relaxed);
      ring();
    }
    rest(now, queued > 0 ? ask_interval : longest_nap);
  }
  return node.done;
}

void Executor::rest(TimePoint now, Duration limit) {
  if (now - rested_at_ > between_polls) spins_since_ = now;
  if (now - spins_since_ < spin_limit) {
    sched_yield();
  } else {
    std::unique_lock lock(mutex_);
    naps_ = inbox_.empty();
    if (naps_) awake_.wait_for(lock, limit, [this] { return woken_; });
    naps_ = woken_ = false;
  }
  rested_at_ = Clock::now();
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
    detail::Reader reader(delivery.result.data(), delivery.result.size());
    delivery.node->type->decode_result(delivery.node, delivery.interval.lo, delivery.interval.hi, &reader);
    settle(*delivery.node);
  }
}

void Executor::wake(Node& node) {
  detail::Waiter** link = &node.waiters;
  while (detail::Waiter* waiter = *link) {
    if (is_satisfied(node, waiter->until)) {
      *link = waiter->next;
      push_ready(*waiter->fiber);
    } else {
      link = &waiter->next;
    }
  }
}

std::uint64_t Executor::unfinished() const {
  return state_.queued.load(std::memory_order_relaxed) + suspended_.load(std::memory_order_relaxed);
}

// Fibers

void Executor::suspend(Node& node, std::uint64_t until) {
  detail::Waiter waiter{current_, until, node.waiters};
  node.waiters = &waiter;
  suspended_.store(suspended_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (Fiber* fiber = next_ready()) {
    suspended_.store(suspended_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
    switch_to(*fiber);
  } else {
    switch_to(idle_fiber());
  }
}

void Executor::yield() {
  push_ready(*current_);
  switch_to(*next_ready());
}

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
  }
  return fiber;
}

void Executor::push_ready(Fiber& fiber) {
  fiber.next = nullptr;
  (ready_last_ ? ready_last_->next : ready_first_) = &fiber;
  ready_last_ = &fiber;
}

}  // namespace scoop
