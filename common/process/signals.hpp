#pragma once
#include <string>
#include <vector>

#include "common/base/unique_fd.hpp"
#include "common/protocol/message.hpp"

namespace scoop {

struct SignalEvent {
  int number = 0;
  bool from_terminal = false;  // the whole foreground process group got it, not only this process
};

/// Signals as something to read, in the order of the loop that reads them. While it lives they are blocked.
///
/// A signal ignored when the process started (nohup, a background job of a script) stays ignored.
/// Threads: make it before any thread, one a process.
class SignalFd {
 public:
  explicit SignalFd(const std::vector<int>& signals);

  int fd() const { return fd_.get(); }
  std::vector<SignalEvent> take();

 private:
  UniqueFd fd_;
};

/// For good: a peer that went away is noticed by the write that fails.
void ignore_broken_pipes();

/// Between fork and exec: what this process had before it blocked and ignored signals. Async-signal-safe.
void restore_signals();

/// Lets `signal` do what it does by default (stop, mostly), though it is blocked.
void deliver_to_self(int signal);

/// "signal 9 (Killed)"
std::string describe_signal(int signal);

/// What waitpid's status says.
LossCause to_cause(int wait_status);

}  // namespace scoop
