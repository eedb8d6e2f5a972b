#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/unique_fd.hpp"

namespace scoop::control {

/// Frames (4 bytes of length, big endian, then as many bytes) over a stream socket, or over two pipes. Never blocks:
/// what the system does not take at once is kept, and the owner calls `flush` when the descriptor is writable.
///
/// Over a socket of this host a frame can have a descriptor with it.
///
/// Bounds:  a frame of more than `max_frame_bytes` ends the channel. What waits to be sent is not bounded here: control
///          messages must not get lost. Whoever sends bulk (output, logs) first asks `queued_bytes`.
/// Errors:  all are the end of the channel; frames that came before it can still be taken.
/// Threads: one.
class FrameChannel {
 public:
  static constexpr std::size_t max_frame_bytes = 16u << 20;

  explicit FrameChannel(UniqueFd socket);
  /// `received`: what came through `in` before.
  FrameChannel(UniqueFd in, UniqueFd out, std::string received = {});

  void send(std::string_view frame);
  /// Only over a socket. The receiver finds it by `take_fd`.
  void send(std::string_view frame, UniqueFd fd);
  void flush();
  std::size_t queued_bytes() const { return out_.size() - out_begin_; }

  /// Reads what is there, at most `read_bytes` a call, so that one talkative peer does not keep the others waiting.
  /// Returns how many came.
  std::size_t receive();
  /// The next whole frame, if it came.
  std::optional<std::string> next();
  /// The descriptors that came, in the order of the frames with which they were sent. None where this process may not
  /// open more files.
  UniqueFd take_fd();

  /// Nothing more comes: the peer ended, or sent what no peer sends.
  bool ended() const { return ended_; }
  void end();
  /// The peer reads an end; its last words still come through. Call after all was flushed.
  void finish_sending();

  int in_fd() const { return in_.get(); }
  int out_fd() const { return out_is_in_ ? in_.get() : out_fd_.get(); }

 private:
  static constexpr std::size_t read_bytes = 256u << 10;

  struct SentFd {
    std::size_t place;  // in all that was ever sent, of the frame it goes with
    UniqueFd fd;
  };

  long write_some(const char* data, std::size_t size);
  long read_some(char* data, std::size_t size);

  UniqueFd in_;
  UniqueFd out_fd_;
  bool out_is_in_;
  bool is_socket_;
  bool ended_ = false;
  std::string received_;
  std::size_t received_begin_ = 0;
  std::string out_;
  std::size_t out_begin_ = 0;
  std::size_t written_ = 0;  // ever
  std::deque<SentFd> out_fds_;
  std::deque<UniqueFd> received_fds_;
};

}  // namespace scoop::control
