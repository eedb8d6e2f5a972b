#pragma once
#include <scoop/detail/abi.hpp>

namespace scoop::detail {

/// The owner's side of a BiasedMutex. Worker thread only; held for pointer moves only, user code never runs under it.
class OwnerLock {
 public:
  explicit OwnerLock(BiasedMutex& mutex) : mutex_(mutex) {
    mutex.owner.store(1, std::memory_order_relaxed);
    // Keeps the compiler from reordering; the processor is held back by the guest's membarrier.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (mutex.guest.load(std::memory_order_acquire)) [[unlikely]]
      scoop_lock_slow(&mutex);
  }
  ~OwnerLock() {
    if (mutex_.owner_is_slow) [[unlikely]]
      scoop_unlock_slow(&mutex_);
    else
      mutex_.owner.store(0, std::memory_order_release);
  }
  OwnerLock(const OwnerLock&) = delete;
  OwnerLock& operator=(const OwnerLock&) = delete;

 private:
  BiasedMutex& mutex_;
};

/// Puts a task at the newest end. Under the mutex.
inline void push_newest(WorkerState& worker, QueueLink& link) {
  link.prev = worker.queue.prev;
  link.next = &worker.queue;
  worker.queue.prev->next = &link;
  worker.queue.prev = &link;
  worker.queued.store(worker.queued.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

/// Puts a task at the oldest end: it was there before. Under the mutex.
inline void push_oldest(WorkerState& worker, QueueLink& link) {
  link.next = worker.queue.next;
  link.prev = &worker.queue;
  worker.queue.next->prev = &link;
  worker.queue.next = &link;
  worker.queued.store(worker.queued.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

/// Takes a queued task out, wherever it stands. Under the mutex.
inline void unlink(WorkerState& worker, QueueLink& link) {
  link.prev->next = link.next;
  link.next->prev = link.prev;
  link.next = nullptr;
  worker.queued.store(worker.queued.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
}

}  // namespace scoop::detail
