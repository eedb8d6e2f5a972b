#pragma once
#include <string>

#include "common/base/unique_fd.hpp"
#include "common/protocol/message.hpp"

namespace scoop {

/// The standard input of a worker's process, where it comes from the launcher. Never blocks: what the pipe does not
/// take waits here, which the launcher bounds.
class WorkerInput {
 public:
  WorkerInput() = default;
  /// The pipe's writing end.
  explicit WorkerInput(UniqueFd pipe) : pipe_(std::move(pipe)) {}

  int fd() const { return pipe_.get(); }
  bool is_open() const { return static_cast<bool>(pipe_); }
  bool has_queued() const { return !queued_.empty(); }

  /// Empty bytes are the end. Returns as flush does.
  std::size_t add(const Bytes& bytes);
  /// How many bytes are done with: written, or not wanted by anybody any more.
  std::size_t flush();

 private:
  UniqueFd pipe_;
  std::string queued_;
  bool ends_ = false;
};

}  // namespace scoop
