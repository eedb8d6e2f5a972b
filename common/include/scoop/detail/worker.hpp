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

/// Returns when the single task is done. The normal case, that it is still queued here, is a call.
inline void join(Node& node) {
  WorkerState& worker = enter();
  // Near the end of the stack, or when something else wants attention, libscoop takes over.
  const bool plain = worker.attention.load(std::memory_order_relaxed) == 0 &&
                     static_cast<char*>(__builtin_frame_address(0)) > worker.stack_limit;
  if (plain) [[likely]] {
    bool mine = false;
    {
      OwnerLock lock(worker.mutex);
      mine = node.queue.next != nullptr && node.losses == 0;
      if (mine) unlink(worker, node.queue);
    }
    if (mine) [[likely]] {
      worker.progress.store(worker.progress.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      node.type->run(&node, 0, 1);
      if (node.waiters) [[unlikely]]
        scoop_wake_now(&node);
      release(&node);
      return;
    }
  }
  scoop_wait(&node, 1);
}

}  // namespace scoop::detail
