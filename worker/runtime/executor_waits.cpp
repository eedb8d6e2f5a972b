// Waiting for nodes: fibers that are suspended, deadlines, programs that poll, callbacks.
#include <sched.h>

#include <algorithm>
#include <utility>

#include <scoop/detail/waiters.hpp>
#include <scoop/detail/worker.hpp>
#include "worker/runtime/executor.hpp"

namespace scoop {

using detail::Node;
using detail::RangeNode;
using detail::Waiter;

namespace {

// Work that nobody took for so long is run by a program that polls, or that waits with a deadline.
constexpr auto unclaimed_limit = std::chrono::milliseconds(1);
// How often a polling program makes the communication thread look.
constexpr auto ask_interval = std::chrono::microseconds(100);
// A program that joins one task after another lets others go on so often.
constexpr auto turn_interval = std::chrono::microseconds(100);
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

/// A fiber that waits for a node. Lives on the waiting fiber's stack.
struct Executor::FiberWaiter : Waiter {
  Fiber* fiber = nullptr;
  Node* node = nullptr;
  Timers::iterator timer{};  // only with a deadline
  bool is_timed = false;
};

bool Executor::is_alone() const { return pool_size_.load(std::memory_order_relaxed) <= 1; }

void Executor::wait(Node& node, std::uint64_t until) {
  for (;;) {
    look_around();
    give_way_to_due();
    if (is_satisfied(node, until)) return;
    if (give_turn()) continue;
    if (static_cast<char*>(__builtin_frame_address(0)) <= state_.stack_limit) {
      run_elsewhere({&node, until, current_});
    } else if (!node.type->is_range && take(node)) {
      run_task(node);
    } else if (Chunk chunk; node.type->is_range && (chunk = take_chunk(static_cast<RangeNode&>(node))).whole) {
      run_chunk(chunk);
    } else {
      suspend(node, until, never, false);
    }
  }
}

bool Executor::wait_until(Node& node, std::uint64_t until, TimePoint deadline) {
  if (Clock::now() >= deadline) return poll(node, until);
  if (!node.type->is_range && deadline != never) offer(node, until, deadline);
  for (bool has_gone_on = false;; has_gone_on = true) {
    look_around();
    give_way_to_due();
    if (is_satisfied(node, until)) return true;
    // Else a program that waits again and again, but for too short a time to begin anything, would never get on.
    if (deadline != never && Clock::now() >= deadline) return !has_gone_on && poll(node, until);
    // Nothing runs on this stack: what blocks there would hold up the caller beyond its time. But what is waited for
    // comes before what is newer.
    suspend(node, until, deadline, detail::is_queued(state_, node));
  }
}

void Executor::wait_here(Node& node, TimePoint end) {
  while (!is_alone()) {
    look_around();
    const TimePoint now = Clock::now();
    if (is_satisfied(node, 1) || now >= end) return;
    rest(now, longest_nap);
  }
}

/// Before this worker itself begins what is waited for with a deadline: as long as others could take it.
void Executor::offer(Node& node, std::uint64_t until, TimePoint deadline) {
  const TimePoint end = std::min(deadline, Clock::now() + unclaimed_limit);
  while (!is_alone() && detail::is_queued(state_, node)) {
    look_around();
    const TimePoint now = Clock::now();
    if (is_satisfied(node, until) || now >= end) return;
    let_others_on(now);
  }
}

bool Executor::poll(Node& node, std::uint64_t until) {
  look_around();
  give_way_to_due();
  if (is_satisfied(node, until)) {
    rested_at_ = {};  // the next wait begins with turns again
    return true;
  }
  const TimePoint now = Clock::now();
  const std::uint64_t queued = state_.queued.load(std::memory_order_relaxed);
  if (unclaimed_queued_ != queued || unclaimed_since_ == never) {
    unclaimed_queued_ = queued;
    unclaimed_since_ = now;
  }
  // Before the fibers that are ready: these may be pollers too, and would pass the turn among themselves for ever.
  if ((is_alone() && queued > 0) || now - unclaimed_since_ >= unclaimed_limit) {
    const std::uint64_t begun = state_.progress.load(std::memory_order_relaxed);
    // On another stack, so that the caller goes on even if what runs there blocks.
    push_ready(*current_);
    run_elsewhere({&node, 0, nullptr});
    const bool has_begun = state_.progress.load(std::memory_order_relaxed) != begun;
    if (has_begun) unclaimed_since_ = never;
    // What is queued here is for others only. They may poll as well, and leave something to this worker.
    if (!has_begun && queued > 0) sleep(Clock::now() + longest_nap);
  } else {
    let_others_on(now);
  }
  return is_satisfied(node, until);
}

/// Other fibers that are ready, or other processes.
void Executor::let_others_on(TimePoint now) {
  if (ready_first_) return yield();
  const bool has_queued = state_.queued.load(std::memory_order_relaxed) > 0;
  if (has_queued && now - asked_at_ >= ask_interval) {
    asked_at_ = now;
    asked_done_.store(true, std::memory_order_relaxed);
    ring();
  }
  rest(now, has_queued ? ask_interval : longest_nap);
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
  if (progress_.is_pending()) progress_.on_tick(rested_at_);
}

void Executor::wake(Node& node) {
  Waiter** link = &node.waiters;
  while (Waiter* waiter = *link) {
    if (!is_satisfied(node, waiter->until)) {
      link = &waiter->next;
      continue;
    }
    *link = waiter->next;
    if (waiter->tell)
      waiter->tell(waiter);
    else
      push_due(*waiter);
  }
}

// Suspended fibers

/// `begins_it`: on another stack, before anything else goes on.
void Executor::suspend(Node& node, std::uint64_t until, TimePoint deadline, bool begins_it) {
  FiberWaiter waiter;
  waiter.until = until;
  waiter.tell = &resume;
  waiter.fiber = current_;
  waiter.node = &node;
  waiter.next = std::exchange(node.waiters, &waiter);
  if (deadline != never) {
    waiter.is_timed = true;
    waiter.timer = timers_.emplace(deadline, &waiter);
  }
  suspended_.store(suspended_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (begins_it) {
    job_ = {&node, 0, nullptr};
    switch_to(idle_fiber());
  } else if (Fiber* fiber = next_ready()) {
    suspended_.store(suspended_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
    switch_to(*fiber);
  } else {
    switch_to(idle_fiber());
  }
}

void Executor::resume(Waiter* waiter) {
  auto& resumed = static_cast<FiberWaiter&>(*waiter);
  if (resumed.is_timed) the_executor->timers_.erase(resumed.timer);
  the_executor->push_ready(*resumed.fiber);
  the_executor->ask_for_turn();
}

void Executor::end_timed_waits() {
  if (timers_.empty()) return;
  for (const TimePoint now = Clock::now(); !timers_.empty() && timers_.begin()->first <= now;) {
    FiberWaiter& waiter = *timers_.begin()->second;
    detail::remove_waiter(*waiter.node, waiter);
    resume(&waiter);
  }
}

void Executor::look_around() {
  read_inbox();
  end_timed_waits();
}

// The caller's next join, which would run its task at once, looks at those who wait before.

void Executor::ask_for_turn() {
  if (!(state_.attention.load(std::memory_order_relaxed) & detail::attention_turn))
    state_.attention.fetch_or(detail::attention_turn, std::memory_order_relaxed);
}

void Executor::end_turns() {
  if (!due_first_ && !ready_first_ && state_.attention.load(std::memory_order_relaxed) & detail::attention_turn)
    state_.attention.fetch_and(~detail::attention_turn, std::memory_order_relaxed);
}

/// Fibers whose wait is over go on before what is joined now and then: else a fiber that joins one task after another
/// would keep them waiting for ever. Whether they did.
bool Executor::give_turn() {
  if (!ready_first_) return false;
  const TimePoint now = Clock::now();
  if (now - turned_at_ < turn_interval) return false;
  turned_at_ = now;
  yield();
  return true;
}

void Executor::yield() {
  push_ready(*current_);
  switch_to(*next_ready());
}

// Callbacks

void Executor::push_due(Waiter& waiter) {
  waiter.next = nullptr;
  (due_last_ ? due_last_->next : due_first_) = &waiter;
  due_last_ = &waiter;
  ask_for_turn();
}

Waiter* Executor::next_due() {
  Waiter* const due = due_first_;
  if (due) {
    due_first_ = due->next;
    if (!due_first_) due_last_ = nullptr;
    end_turns();
  }
  return due;
}

/// Whose turn it is runs on another stack, so that the caller goes on even if it blocks.
void Executor::give_way_to_due() {
  if (!due_first_) return;
  push_ready(*current_);
  run_elsewhere({});
}

}  // namespace scoop
