#include "worker/daemon/worker_input.hpp"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace scoop {

std::size_t WorkerInput::add(const Bytes& bytes) {
  if (!is_open()) return bytes.size();
  queued_.append(bytes.data(), bytes.size());
  ends_ = ends_ || bytes.empty();
  return flush();
}

std::size_t WorkerInput::flush() {
  std::size_t taken = 0;
  while (taken < queued_.size()) {
    const auto written = ::write(pipe_.get(), queued_.data() + taken, queued_.size() - taken);
    if (written > 0) {
      taken += static_cast<std::size_t>(written);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      pipe_.reset();  // the program closed its input
      taken = queued_.size();
    }
  }
  queued_.erase(0, taken);
  if (ends_ && queued_.empty()) pipe_.reset();
  return taken;
}

}  // namespace scoop
