// The worker thread: running tasks in simulated time.
#include "tests/simulation/false_executor.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulation/violation.hpp"

namespace scoop::simulation {

using namespace std::chrono_literals;

void FalseExecutor::start_main() {
  fibers_.emplace_back();
  ready_.push_back(&fibers_.back());
  Frame main{.plan = 0};
  fibers_.back().frames.push_back(std::move(main));
  notify();
}

void FalseExecutor::resume() {
  asleep_ = false;
  woken_ = false;
  run();
}

void FalseExecutor::set_pool_size(std::size_t workers) {
  if (std::exchange(pool_size_, workers) != workers) notify();
}

void FalseExecutor::run() {
  for (;;) {
    read_inbox();
    if (current_ == nullptr && !pick()) return sleep();
    switch (step(current_->frames.back())) {
      case Next::go_on:
        break;
      case Next::pause:
        return;
      case Next::suspend:
        ++suspended_;
        current_ = nullptr;
        break;
      case Next::finished: {
        auto frame = std::move(current_->frames.back());
        current_->frames.pop_back();
        if (current_->frames.empty()) {
          fibers_.remove_if([&](const Fiber& fiber) { return &fiber == current_; });
          current_ = nullptr;
        }
        finish(std::move(frame));
      }
    }
  }
}

void FalseExecutor::read_inbox() {
  for (auto& delivery : std::exchange(inbox_, {})) {
    if (!delivery.is_answer) {
      settle(delivery.task, delivery.interval, delivery.outcome);
      continue;
    }
    --suspended_;
    ready_.push_back(std::exchange(own(delivery.task).canceller, nullptr));
  }
}

/// Something to do for a free thread: resumed fibers before new tasks, own before others'.
bool FalseExecutor::pick() {
  if (!ready_.empty()) {
    current_ = ready_.front();
    ready_.pop_front();
    return true;
  }
  return pick_task();
}

bool FalseExecutor::pick_task() {
  for (auto item = queue_.end(); item != queue_.begin();)
    if (may_run_here(*--item)) return begin_own(item), true;
  auto held = std::ranges::find_if(held_, &Held::has_left);
  if (held == held_.end()) return false;
  begin_held(held);
  return true;
}

void FalseExecutor::sleep() {
  if (woken_) {
    woken_ = false;
    return host_.resume_at(host_.now());
  }
  asleep_ = true;
  asleep_since_ = host_.now();
  signal();
}

void FalseExecutor::enter(Frame frame) {
  ++progress_;
  polls_in_vain_ = false;
  frame.begun = host_.now();
  if (host_.is_tracing()) trace("runs", frame.plan, frame.interval);
  if (current_ == nullptr) {
    fibers_.emplace_back();
    current_ = &fibers_.back();
  }
  current_->frames.push_back(std::move(frame));
}

FalseExecutor::Next FalseExecutor::step(Frame& frame) {
  return program_.tasks[frame.plan].elements > 0 ? step_range(frame) : step_single(frame);
}

FalseExecutor::Next FalseExecutor::step_single(Frame& frame) {
  const auto& plan = program_.tasks[frame.plan];
  if (frame.at == plan.steps.size()) {
    frame.outcome.value = program_.combine(frame.plan, frame.outcome.value);
    return Next::finished;
  }
  const auto& step = plan.steps[frame.at];
  switch (step.kind) {
    case Step::Kind::compute:
      ++frame.at;
      return compute(step.time);
    case Step::Kind::submit:
      ++frame.at;
      frame.children.emplace_back(step.child, submit(step.child));
      return Next::go_on;
    case Step::Kind::wait:
    case Step::Kind::poll:
    case Step::Kind::cancel:
      break;
  }
  auto child = std::ranges::find(frame.children, step.child, &std::pair<std::uint32_t, TaskHandle>::first);
  auto task = child->second;
  if (step.kind == Step::Kind::cancel) return cancel_child(frame, task);
  if (!own(task).is_done()) return await(task, step.kind == Step::Kind::poll);
  frame.children.erase(child);
  frame.outcome.add(collect(task));
  ++frame.at;
  return Next::go_on;
}

FalseExecutor::Next FalseExecutor::step_range(Frame& frame) {
  const auto& plan = program_.tasks[frame.plan];
  if (frame.element_child != 0) {
    if (!own(frame.element_child).is_done()) return await(frame.element_child, false);
    frame.outcome.add(collect(std::exchange(frame.element_child, 0)));
    ++frame.at;
    return Next::go_on;
  }
  auto element = frame.interval.lo + frame.at;
  if (element == frame.interval.hi) return Next::finished;
  frame.outcome.value += program_.element_value(frame.plan, element);
  std::size_t count = 1;
  if (program_.has_child(plan, element)) {
    frame.element_child = submit(plan.element_child);
  } else {
    // All up to the next that waits for a child, in one go.
    for (; element + count < frame.interval.hi && !program_.has_child(plan, element + count); ++count)
      frame.outcome.value += program_.element_value(frame.plan, element + count);
    frame.at += count;
  }
  auto time = plan.per_element * static_cast<Duration::rep>(count);
  return compute(time);
}

/// One look at a task that is not done: run it here, or let another fiber go on.
FalseExecutor::Next FalseExecutor::await(TaskHandle task, bool polls) {
  if (polls) return poll(task);
  if (run_inline(task)) return Next::go_on;
  own(task).waiter = current_;
  return Next::suspend;
}

/// One step for a program that asks done() in a loop.
FalseExecutor::Next FalseExecutor::poll(TaskHandle task) {
  auto now = host_.now();
  // Every other time, or two that poll would give way to each other for ever.
  if (!ready_.empty() && !std::exchange(current_->gave_way, true)) {
    ready_.push_back(std::exchange(current_, nullptr));
    return Next::go_on;
  }
  current_->gave_way = false;
  if (unclaimed_queued_ != queue_.size() || unclaimed_since_ == never) {
    unclaimed_queued_ = queue_.size();
    unclaimed_since_ = now;
  }
  if (pool_size_ <= 1 || now - unclaimed_since_ >= 1ms) {
    // The task itself if it is here, else anything; on another stack, since it may block.
    unclaimed_since_ = never;
    auto* poller = std::exchange(current_, nullptr);
    bool runs = run_inline(task) || pick_task();
    if (runs) {
      ready_.push_back(poller);
      return Next::go_on;
    }
    current_ = poller;
    if (!std::exchange(polls_in_vain_, true)) signal();
  }
  if (!queue_.empty() && now - asked_at_ >= 100us) {
    asked_at_ = now;
    asked_done_ = true;
    signal();
  }
  // The longer it waits the less often it asks: the real one asks all the time, which would be most of the simulation.
  return compute(std::clamp((now - own(task).submitted) / 4, Duration(10us), Duration(1ms)));
}

/// Once before the holders are asked, and once when all have answered.
FalseExecutor::Next FalseExecutor::cancel_child(Frame& frame, TaskHandle task) {
  auto& entry = own(task);
  cancel_queued(task);
  if (!std::exchange(entry.cancel_asked, true) && !entry.is_done()) {
    cancels_.push_back({task, task});
    entry.canceller = current_;
    signal();
    return Next::suspend;
  }
  ++frame.at;
  return Next::go_on;
}

void FalseExecutor::cancel_queued(TaskHandle task) {
  const bool is_single = program_.tasks[own(task).plan].elements == 0;
  std::vector<Interval> cancelled;
  std::erase_if(queue_, [&](const Queued& item) {
    if (item.task != task || (is_single && item.losses > 0)) return false;
    cancelled.push_back(item.left);
    return true;
  });
  for (const auto& interval : cancelled) {
    move(task, interval, Place::queued, Place::done);
    ++failures_;
    settle(task, interval, {.value = 0, .failed = true});
  }
}

FalseExecutor::Next FalseExecutor::compute(Duration time) {
  busy_ += time;
  host_.resume_at(host_.now() + time);
  return Next::pause;
}

bool FalseExecutor::run_inline(TaskHandle task) {
  auto item =
      std::ranges::find_if(queue_, [&](const Queued& entry) { return entry.task == task && may_run_here(entry); });
  if (item == queue_.end()) return false;
  begin_own(item);
  return true;
}

void FalseExecutor::begin_own(std::deque<Queued>::iterator item) {
  auto& task = own(item->task);
  auto count = chunk_of(item->left.size(), task.per_element, task.last_chunk);
  Frame frame{.plan = task.plan, .own = item->task, .interval = {item->left.lo, item->left.lo + count}};
  move(item->task, frame.interval, Place::queued, Place::running);
  item->left.lo += count;
  if (item->left.size() == 0) queue_.erase(item);
  enter(std::move(frame));
}

void FalseExecutor::begin_held(HeldList::iterator item) {
  auto count = chunk_of(item->task.interval.hi - item->next, item->per_element, item->last_chunk);
  Frame frame{.plan = item->plan, .held = &*item, .interval = {item->next, item->next + count}};
  item->next += count;
  item->running += count;
  enter(std::move(frame));
}

std::uint64_t FalseExecutor::chunk_of(std::uint64_t left, Duration per_element, std::uint64_t last) const {
  if (per_element == Duration::zero()) return 1;
  auto fits = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(100us / per_element));
  return std::min({left, last * 4, fits});
}

void FalseExecutor::finish(Frame frame) {
  bool is_main = frame.own == 0 && frame.held == nullptr;
  if (is_main) {
    main_done_ = true;
    main_failed_ = frame.outcome.failed;
    main_value_ = frame.outcome.value;
    return;
  }
  if (frame.own == 0) return finish_held(frame);
  if (auto& task = own(frame.own); program_.tasks[frame.plan].elements > 0) {
    task.last_chunk = frame.interval.size();
    task.per_element =
        std::max<Duration>(1ns, (host_.now() - frame.begun) / static_cast<Duration::rep>(frame.interval.size()));
  }
  move(frame.own, frame.interval, Place::running, Place::done);
  settle(frame.own, frame.interval, frame.outcome);
}

void FalseExecutor::finish_held(Frame& frame) {
  auto& held = *frame.held;
  held.last_chunk = frame.interval.size();
  held.per_element =
      std::max<Duration>(1ns, (host_.now() - frame.begun) / static_cast<Duration::rep>(frame.interval.size()));
  held.running -= frame.interval.size();
  held.finished[frame.interval.lo] = {frame.interval.hi, frame.outcome};
  bool is_spent = held.running == 0 && !held.has_left();
  if (is_spent || host_.now() - held.flushed_at >= 5ms) flush_held(held);
  if (is_spent) held_.remove_if([&](const Held& entry) { return &entry == &held; });
}

/// Results leave without gaps from the front.
void FalseExecutor::flush_held(Held& held) {
  FinishedTask result{held.task.owner, held.task.attempt, {held.task.interval.lo, held.task.interval.lo}, {}};
  Outcome outcome;
  for (auto part = held.finished.begin(); part != held.finished.end() && part->first == result.interval.hi;) {
    result.interval.hi = part->second.first;
    outcome.add(part->second.second);
    part = held.finished.erase(part);
  }
  if (result.interval.size() == 0) return;
  held.task.interval.lo = result.interval.hi;
  held.flushed_at = host_.now();
  result.result = encode_result(outcome, held.plan);
  finished_.push_back(std::move(result));
  signal();
}

TaskHandle FalseExecutor::submit(std::uint32_t plan) {
  auto elements = std::max<std::uint64_t>(1, program_.tasks[plan].elements);
  own_.push_back(std::make_unique<Own>(Own{.plan = plan,
                                           .places = std::vector<Place>(elements, Place::queued),
                                           .missing = elements,
                                           .outcome = {},
                                           .submitted = host_.now()}));
  ++own_count_;
  TaskHandle task = own_.size();
  queue_.push_back({task, {0, elements}, 0, host_.now()});
  if (std::exchange(watched_, false)) signal();
  return task;
}

/// Takes the result and forgets the task.
FalseExecutor::Outcome FalseExecutor::collect(TaskHandle task) {
  auto outcome = own(task).outcome;
  own_[task - 1].reset();
  --own_count_;
  return outcome;
}

void FalseExecutor::settle(TaskHandle task, Interval interval, const Outcome& outcome) {
  auto& entry = own(task);
  entry.outcome.add(outcome);
  entry.missing -= interval.size();
  if (entry.waiter == nullptr) return;
  // It looks again, and may find more of a range to run itself.
  if (!entry.is_done() && std::ranges::none_of(queue_, [&](const Queued& item) { return item.task == task; })) return;
  auto* fiber = std::exchange(entry.waiter, nullptr);
  --suspended_;
  ready_.push_back(fiber);
}

void FalseExecutor::signal() {
  if (!std::exchange(signalled_, true)) host_.signal();
}

void FalseExecutor::notify() {
  if (std::exchange(woken_, true) || !asleep_) return;
  host_.resume_at(host_.now() + 5us);
}

void FalseExecutor::trace(const std::string& what, std::uint32_t plan, Interval interval) {
  auto text = what + " task " + std::to_string(plan);
  if (program_.tasks[plan].elements > 0)
    text += " [" + std::to_string(interval.lo) + ", " + std::to_string(interval.hi) + ")";
  host_.trace(text);
}

}  // namespace scoop::simulation
