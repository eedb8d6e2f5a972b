#include "worker/runtime/biased_mutex.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

#include "common/base/sanitizers.hpp"

namespace scoop {
namespace {

// One mutex of this kind exists in a process (WorkerState is exported plain data, so its slow half lives here).
std::mutex slow_mutex;
bool has_membarrier = false;

long membarrier(int command) { return syscall(SYS_membarrier, command, 0, 0); }

}  // namespace

void prepare(detail::BiasedMutex& mutex) {
  has_membarrier = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
  mutex.guest.store(has_membarrier ? 0 : 1, std::memory_order_release);
}

GuestLock::GuestLock(detail::BiasedMutex& mutex) : mutex_(mutex) {
  slow_mutex.lock();
  if (!has_membarrier) return;  // the owner takes slow_mutex too
  mutex.guest.store(1, std::memory_order_relaxed);
  membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
  // Either the owner's store is visible now, or the owner will see ours.
  while (mutex.owner.load(std::memory_order_acquire)) std::this_thread::yield();
  // The owner's side is compiled into the program; where only that is instrumented, ours has to be told.
  if (has_thread_sanitizer()) __tsan_acquire(&mutex.owner);
}

GuestLock::~GuestLock() {
  if (has_thread_sanitizer()) __tsan_release(&mutex_.guest);
  if (has_membarrier) mutex_.guest.store(0, std::memory_order_release);
  slow_mutex.unlock();
}

}  // namespace scoop

void scoop_lock_slow(scoop::detail::BiasedMutex* mutex) {
  mutex->owner.store(0, std::memory_order_release);  // lets a waiting guest in first
  scoop::slow_mutex.lock();
  mutex->owner_is_slow = true;
}

void scoop_unlock_slow(scoop::detail::BiasedMutex* mutex) {
  mutex->owner_is_slow = false;
  scoop::slow_mutex.unlock();
}
