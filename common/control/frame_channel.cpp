#include "common/control/frame_channel.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

namespace scoop::control {
namespace {

constexpr std::size_t header_bytes = 4;

bool is_socket(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

// Close-on-exec too: a process that the user's program starts must not hold the lease.
void prepare(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags >= 0) ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

std::uint32_t read_length(const char* bytes) {
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < header_bytes; ++i) length = length << 8 | static_cast<unsigned char>(bytes[i]);
  return length;
}

void append_length(std::string& out, std::uint32_t length) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(length >> shift & 0xff));
}

}  // namespace

FrameChannel::FrameChannel(UniqueFd socket)
    : in_(std::move(socket)), out_is_in_(true), is_socket_(is_socket(in_.get())) {
  prepare(in_.get());
}

FrameChannel::FrameChannel(UniqueFd in, UniqueFd out)
    : in_(std::move(in)), out_fd_(std::move(out)), out_is_in_(false), is_socket_(is_socket(out_fd_.get())) {
  prepare(in_.get());
  prepare(out_fd_.get());
}

void FrameChannel::send(std::string_view frame) {
  if (ended_) return;
  if (frame.size() > max_frame_bytes) return end();
  append_length(out_, static_cast<std::uint32_t>(frame.size()));
  out_.append(frame);
  flush();
}

// A write to a peer that has gone must not raise SIGPIPE: in a worker the user's program may want that signal.
long FrameChannel::write_some(const char* data, std::size_t size) {
  return is_socket_ ? ::send(out_fd(), data, size, MSG_NOSIGNAL) : ::write(out_fd(), data, size);
}

void FrameChannel::flush() {
  while (!ended_ && out_begin_ < out_.size()) {
    const auto written = write_some(out_.data() + out_begin_, out_.size() - out_begin_);
    if (written > 0) {
      out_begin_ += static_cast<std::size_t>(written);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      // Only this direction is known to be gone: the peer's last words may be waiting on the other.
      out_begin_ = out_.size();
    }
  }
  if (out_begin_ == out_.size()) {
    out_.clear();
    out_begin_ = 0;
  } else if (out_begin_ > read_bytes) {
    out_.erase(0, out_begin_);
    out_begin_ = 0;
  }
}

void FrameChannel::receive() {
  std::array<char, 64u << 10> block;
  for (std::size_t total = 0; !ended_ && total < read_bytes;) {
    const auto count = ::read(in_.get(), block.data(), block.size());
    if (count > 0) {
      received_.append(block.data(), static_cast<std::size_t>(count));
      total += static_cast<std::size_t>(count);
      if (static_cast<std::size_t>(count) < block.size()) break;
    } else if (count == 0) {
      ended_ = true;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      ended_ = true;
    }
  }
}

std::optional<std::string> FrameChannel::next() {
  const auto available = received_.size() - received_begin_;
  if (available < header_bytes) return std::nullopt;
  const auto length = read_length(received_.data() + received_begin_);
  if (length > max_frame_bytes) {
    received_.clear();
    received_begin_ = 0;
    end();
    return std::nullopt;
  }
  if (available - header_bytes < length) return std::nullopt;
  auto frame = received_.substr(received_begin_ + header_bytes, length);
  received_begin_ += header_bytes + length;
  if (received_begin_ == received_.size() || received_begin_ > read_bytes) {
    received_.erase(0, received_begin_);
    received_begin_ = 0;
  }
  return frame;
}

void FrameChannel::end() {
  ended_ = true;
  out_.clear();
  out_begin_ = 0;
}

void FrameChannel::finish_sending() {
  flush();
  if (out_is_in_) {
    ::shutdown(in_.get(), SHUT_WR);
  } else {
    out_fd_.reset();
  }
}

}  // namespace scoop::control
