#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace scoop {

/// Writes to an output that others write to as well, without ever waiting for its reader, and without changing the
/// descriptor, which is not ours alone.
///
/// What it does not take now is kept, without bound: who feeds it first asks `queued_bytes`. When the reader has gone,
/// all is dropped.
class OutputQueue {
 public:
  explicit OutputQueue(int fd) : fd_(fd) {}

  void write(std::string_view bytes);
  void flush();

  int fd() const { return fd_; }
  std::size_t queued_bytes() const { return queued_.size() - begin_; }
  bool is_broken() const { return error_ != 0; }
  /// Why, as errno; 0: it is not.
  int error() const { return error_; }

 private:
  int fd_;
  std::string queued_;
  std::size_t begin_ = 0;
  int error_ = 0;
};

}  // namespace scoop
