#include "launcher/console.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace scoop {
namespace {

constexpr std::size_t most_queued_bytes = 1u << 20;

}  // namespace

Status Console::open_log_file(const std::string& path) {
  log_file_.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (log_file_) return success();
  return Failure{"--log-file " + path + " cannot be opened: " + std::strerror(errno) +
                 "; give a file you can write to"};
}

void Console::show(const LogRecord& record) {
  const auto line = format_.line(record);
  if (log_file_) {
    // A full disk must not end the run.
    [[maybe_unused]] const auto written = ::write(log_file_.get(), line.data(), line.size());
    if (record.level < LogLevel::error) return;
  }
  error_.write(line);
}

void Console::print(bool is_error, std::string_view lines) { (is_error ? error_ : out_).write(lines); }

void Console::show_progress(TimePoint now) {
  if (now >= next_progress()) error_.write(progress_.update(now, look_at_terminal(error_.fd())));
}

// A reader who has gone knows why, and is no loss.
void Console::tell_of_loss() {
  if (has_told_of_loss_ || !out_.is_broken() || out_.error() == EPIPE) return;
  has_told_of_loss_ = true;
  show({std::chrono::system_clock::now(), LogLevel::error, "launcher",
        std::string("Standard output cannot be written: ") + std::strerror(out_.error()) +
            "; what the workers print is lost."});
}

void Console::set_interests(EventLoop& loop) {
  tell_of_loss();
  watch(loop, out_);
  watch(loop, error_);
}

// Only while there is something to write: watched for nothing, a pipe whose reader has gone would wake us for ever.
void Console::watch(EventLoop& loop, OutputQueue& queue) {
  if (queue.queued_bytes() > 0) {
    loop.watch(queue.fd(), POLLOUT, [&queue](short) { queue.flush(); });
  } else {
    loop.unwatch(queue.fd());
  }
}

bool Console::is_clogged() const {
  return out_.queued_bytes() > most_queued_bytes || error_.queued_bytes() > most_queued_bytes;
}

}  // namespace scoop
