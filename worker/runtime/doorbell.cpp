#include "worker/runtime/doorbell.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace scoop {

Doorbell::Doorbell() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!fd_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void Doorbell::wake_up(bool fd_is_readable) {
  state_.fetch_and(~asleep);
  std::uint64_t rings = 0;
  // Who rang just before the line above may write just after this read: then the next sleep ends at once, for nothing.
  if (fd_is_readable) (void)!::read(fd_.get(), &rings, sizeof rings);
}

void Doorbell::write_fd() {
  const std::uint64_t one = 1;
  // It can only fail when 2^64 - 2 rings are unread, and then it is readable all the same.
  (void)!::write(fd_.get(), &one, sizeof one);
}

}  // namespace scoop
