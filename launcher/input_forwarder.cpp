#include "launcher/input_forwarder.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "common/control/messages.hpp"

namespace scoop {
namespace {

bool may_read() {
  const pid_t foreground = ::tcgetpgrp(STDIN_FILENO);
  return foreground < 0 || foreground == ::getpgrp();  // below 0: no terminal
}

}  // namespace

void InputForwarder::stop() {
  if (is_watched_) loop_.unwatch(STDIN_FILENO);
  is_watched_ = is_open_ = false;
}

// Not watched while it is not wanted: the end of a pipe is told again and again.
void InputForwarder::set_interests() {
  const bool is_wanted = is_open_ && in_flight_ < control::input_window_bytes && may_read();
  if (is_wanted == is_watched_) return;
  is_watched_ = is_wanted;
  if (is_wanted) {
    loop_.watch(STDIN_FILENO, POLLIN, [this](short) { read(); });
  } else {
    loop_.unwatch(STDIN_FILENO);
  }
}

// A descriptor of ours only in part: others may have it, so it stays blocking, and is read when there is something.
void InputForwarder::read() {
  std::array<char, 32u << 10> block;
  const auto count = ::read(STDIN_FILENO, block.data(), block.size());
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count <= 0) stop();
  const auto size = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  in_flight_ += size;
  send_(Bytes(block.data(), block.data() + size));
}

}  // namespace scoop
