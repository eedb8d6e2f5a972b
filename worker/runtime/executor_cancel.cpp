// Cancelling tasks: own ones that are queued here or lent, and those of other workers.
#include <algorithm>
#include <utility>

#include <scoop/detail/biased_mutex.hpp>
#include <scoop/detail/error_record.hpp>
#include <scoop/detail/node_memory.hpp>
#include "worker/runtime/executor.hpp"
#include "worker/runtime/task_label.hpp"

namespace scoop {

using detail::Node;
using detail::OwnerLock;
using detail::RangeNode;

namespace {

/// What an own request to cancel waits for: done when all holders have answered. Lives on the waiting fiber's stack.
struct Ticket : Node {
  Ticket() : Node(&type) {}
  static const char* name() { return "cancel"; }
  static void answer(Node* node, std::uint64_t, std::uint64_t, detail::Reader*) { node->done = true; }
  static void keep(Node*) {}
  static constexpr detail::TaskType type{detail::own_abi, 0, &name, nullptr, nullptr, nullptr, nullptr, &answer, &keep};
};

// Holders that live answer within it. If this worker began other tasks meanwhile, they might be what is to be cancelled
// next.
constexpr auto usual_answer = std::chrono::milliseconds(200);

bool is_over(const Node& node) {
  return node.type->is_range ? static_cast<const RangeNode&>(node).missing == 0 : node.done;
}

}  // namespace

std::uint64_t Executor::cancel(Node& node, bool wait) {
  if (is_over(node)) return 0;
  ++node.holders;  // the last of it may be settled here
  const auto elements = [&] {
    return node.type->is_range ? static_cast<RangeNode&>(node).cancelled_elements : std::uint64_t{node.cancelled};
  };
  const std::uint64_t before = elements();
  // Set before the queue is looked at: from here on the communication thread lends nothing of it.
  node.cancel_asked.store(true, std::memory_order_relaxed);
  cancel_queued(node);
  if (wait && settings_.doorbell && !is_over(node)) {
    Ticket ticket;
    {
      const std::lock_guard lock(mutex_);
      cancels_.push_back({reinterpret_cast<TaskHandle>(&node), reinterpret_cast<TaskHandle>(&ticket), node.kill});
    }
    ring();
    wait_here(ticket, Clock::now() + usual_answer);
    this->wait(ticket, 1);
    cancel_queued(node);  // what came back meanwhile
  }
  give_way_to_due();
  const std::uint64_t cancelled = elements() - before;
  detail::release(&node);
  return cancelled;
}

/// What of it is queued here.
std::uint64_t Executor::cancel_queued(Node& node) {
  std::vector<Interval> intervals;
  std::vector<RangeNode*> pieces;
  {
    const OwnerLock lock(state_.mutex);
    if (!node.type->is_range) {
      if (!node.queue.next || node.losses > 0) return 0;  // what a lost worker may have begun is not cancelled
      unlink(state_, node.queue);
      intervals.push_back({0, 1});
    } else {
      for (detail::QueueLink* link = state_.queue.next; link != &state_.queue;) {
        Node* const queued = detail::node_of(link);
        link = link->next;
        if (!queued->type->is_range || static_cast<RangeNode*>(queued)->whole != &node) continue;
        auto& range = static_cast<RangeNode&>(*queued);
        intervals.push_back({range.next, range.end});
        range.next = range.end;
        unlink(state_, range.queue);
        if (&range != &node) pieces.push_back(&range);
      }
    }
  }
  for (RangeNode* piece : pieces) delete piece;
  std::uint64_t count = 0;
  for (const Interval interval : intervals) {
    count += interval.size();
    settle_cancelled(node, interval);
  }
  return count;
}

void Executor::settle_cancelled(Node& node, Interval interval) {
  detail::Writer error;
  detail::encode_error(error, CancelledError("scoop: task " + task_label(node.type->name()) + " was cancelled"));
  node.cancelled = node.seen = true;
  if (node.type->is_range) static_cast<RangeNode&>(node).cancelled_elements += interval.size();
  receive(node, interval, error.view());
  the_executor->settle(node);
}

bool Executor::is_cancelled() const {
  return current_->cancel_asked && current_->cancel_asked->load(std::memory_order_relaxed);
}

// The communication thread's side

std::vector<CancelRequest> Executor::take_cancels() {
  const std::lock_guard lock(mutex_);
  return std::exchange(cancels_, {});
}

void Executor::cancel(TaskHandle task, Interval interval) {
  push_delivery({reinterpret_cast<Node*>(task), interval, {}, 0, true});
}

void Executor::answer_cancel(TaskHandle ticket) { push_delivery({reinterpret_cast<Node*>(ticket), {0, 1}, {}}); }

bool Executor::is_running(WorkerId owner, Attempt attempt) {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(running_held_, [&](const RunningHeld* running) {
    return running->task.owner == owner && running->task.attempt == attempt;
  });
}

std::optional<HeldTask> Executor::cancel_held(WorkerId owner, Attempt attempt) {
  const std::lock_guard lock(mutex_);
  for (RunningHeld* running : running_held_) {
    if (running->task.owner == owner && running->task.attempt == attempt)
      running->cancel_asked.store(true, std::memory_order_relaxed);
  }
  return held_.cancel(owner, attempt);
}

}  // namespace scoop
