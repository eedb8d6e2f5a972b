#pragma once
#include <mutex>

#include <scoop/detail/biased_mutex.hpp>

namespace scoop {

/// Asks the kernel for membarrier; where it is forbidden, makes the owner take the real mutex each time from now on.
/// Worker thread, before the guest starts.
void prepare(detail::BiasedMutex& mutex);

/// The guest's side: the communication thread's. Costs microseconds; held for pointer moves only.
class GuestLock {
 public:
  explicit GuestLock(detail::BiasedMutex& mutex);
  ~GuestLock();
  GuestLock(const GuestLock&) = delete;
  GuestLock& operator=(const GuestLock&) = delete;

 private:
  detail::BiasedMutex& mutex_;
};

}  // namespace scoop
