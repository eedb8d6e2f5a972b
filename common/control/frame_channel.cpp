#include "common/control/frame_channel.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

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

FrameChannel::FrameChannel(UniqueFd in, UniqueFd out, std::string received)
    : in_(std::move(in)),
      out_fd_(std::move(out)),
      out_is_in_(false),
      is_socket_(is_socket(out_fd_.get())),
      received_(std::move(received)) {
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

void FrameChannel::send(std::string_view frame, UniqueFd fd) {
  if (fd && !ended_) out_fds_.push_back({written_ + queued_bytes(), std::move(fd)});
  send(frame);
}

// A write to a peer that has gone must not raise SIGPIPE: in a worker the user's program may want that signal.
long FrameChannel::write_some(const char* data, std::size_t size) {
  if (!is_socket_) return ::write(out_fd(), data, size);
  if (out_fds_.empty()) return ::send(out_fd(), data, size, MSG_NOSIGNAL);
  if (written_ < out_fds_.front().place) {
    return ::send(out_fd(), data, std::min(size, out_fds_.front().place - written_), MSG_NOSIGNAL);
  }
  // It goes with the first byte of its frame, by itself: what arrives together is then of one descriptor.
  iovec block{const_cast<char*>(data), 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &block;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = out_fds_.front().fd.get();
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  const auto sent = ::sendmsg(out_fd(), &message, MSG_NOSIGNAL);
  if (sent > 0) out_fds_.pop_front();
  return sent;
}

long FrameChannel::read_some(char* data, std::size_t size) {
  if (!out_is_in_ || !is_socket_) return ::read(in_.get(), data, size);
  iovec block{data, size};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &block;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto count = ::recvmsg(in_.get(), &message, MSG_CMSG_CLOEXEC);
  if (count <= 0) return count;
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    received_fds_.emplace_back(fd);
  } else if ((message.msg_flags & MSG_CTRUNC) != 0) {
    received_fds_.emplace_back();  // its place is kept, since others follow
  }
  return count;
}

UniqueFd FrameChannel::take_fd() {
  if (received_fds_.empty()) return UniqueFd();
  auto fd = std::move(received_fds_.front());
  received_fds_.pop_front();
  return fd;
}

void FrameChannel::flush() {
  while (!ended_ && out_begin_ < out_.size()) {
    const auto written = write_some(out_.data() + out_begin_, out_.size() - out_begin_);
    if (written > 0) {
      out_begin_ += static_cast<std::size_t>(written);
      written_ += static_cast<std::size_t>(written);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      // Only this direction is known to be gone: the peer's last words may be waiting on the other.
      out_begin_ = out_.size();
      out_fds_.clear();
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

std::size_t FrameChannel::receive() {
  std::array<char, 64u << 10> block;
  std::size_t total = 0;
  while (!ended_ && total < read_bytes) {
    const auto count = read_some(block.data(), block.size());
    if (count > 0) {
      received_.append(block.data(), static_cast<std::size_t>(count));
      total += static_cast<std::size_t>(count);
      // With a descriptor a read ends early; otherwise there is no more.
      if (static_cast<std::size_t>(count) < block.size() && received_fds_.empty()) break;
    } else if (count == 0) {
      ended_ = true;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      ended_ = true;
    }
  }
  return total;
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
