#pragma once
#include <scoop/detail/abi.hpp>
#include <scoop/detail/biased_mutex.hpp>
#include <scoop/detail/node_memory.hpp>
#include <scoop/error.hpp>

namespace scoop::detail {

[[noreturn]] inline void refuse(const char* why) { throw Error(why); }

/// The state of this process, for its worker thread only; throws where scoop must not be called from.
inline WorkerState& enter() {
  WorkerState& worker = scoop_worker_state;
  if (worker.thread != __builtin_thread_pointer()) [[unlikely]]
    if (const char* why = scoop_enter()) refuse(why);
  return worker;
}

/// Queues a new task, and does what the attention bits ask for.
inline void push(WorkerState& worker, Node& node) {
  {
    OwnerLock lock(worker.mutex);
    push_newest(worker, node.queue);
  }
  if (worker.attention.load(std::memory_order_relaxed)) [[unlikely]]
    scoop_attend();
}

/// Whether it waits in this worker's queue.
inline bool is_queued(WorkerState& worker, const Node& node) {
  const OwnerLock lock(worker.mutex);
  return node.queue.next != nullptr;
}

/// Runs the single task as a call, if it is still queued here, which is the normal case; whether it was.
inline bool join_here(Node& node) {
  WorkerState& worker = enter();
  // Near the end of the stack, or when something else wants attention, libscoop takes over.
  const bool plain = worker.attention.load(std::memory_order_relaxed) == 0 &&
                     static_cast<char*>(__builtin_frame_address(0)) > worker.stack_limit;
  if (plain) [[likely]] {
    bool mine = false;
    {
      OwnerLock lock(worker.mutex);
      mine = node.queue.next != nullptr && !node.apart;
      if (mine) unlink(worker, node.queue);
    }
    if (mine) [[likely]] {
      worker.progress.store(worker.progress.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      node.type->run(&node, 0, 1);
      if (node.waiters) [[unlikely]]
        scoop_wake_now(&node);
      release(&node);
      return true;
    }
  }
  return false;
}

}  // namespace scoop::detail
