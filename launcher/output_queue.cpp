#include "launcher/output_queue.hpp"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace scoop {

void OutputQueue::write(std::string_view bytes) {
  if (is_broken()) return;
  queued_.append(bytes);
  flush();
}

namespace {

/// A pipe that polls writable takes PIPE_BUF bytes at once, so such a write does not block, and others' writes do not
/// come in between; so whole lines, where they are not longer.
std::size_t next_size(std::string_view queued) {
  if (queued.size() <= PIPE_BUF) return queued.size();
  const auto line_end = queued.substr(0, PIPE_BUF).rfind('\n');
  return line_end == std::string_view::npos ? PIPE_BUF : line_end + 1;
}

}  // namespace

void OutputQueue::flush() {
  while (!is_broken() && begin_ < queued_.size()) {
    pollfd writable{fd_, POLLOUT, 0};
    if (::poll(&writable, 1, 0) <= 0) break;
    const auto size = next_size(std::string_view(queued_).substr(begin_));
    const auto written = ::write(fd_, queued_.data() + begin_, size);
    if (written > 0) {
      begin_ += static_cast<std::size_t>(written);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  if (is_broken() || begin_ == queued_.size()) queued_.clear();
  if (queued_.empty()) begin_ = 0;
  if (begin_ > (1u << 20)) {
    queued_.erase(0, begin_);
    begin_ = 0;
  }
}

}  // namespace scoop
