#pragma once
#include <atomic>
#include <cstdint>

#include "common/base/unique_fd.hpp"

namespace scoop {

/// Wakes one sleeping thread, at the price of a system call only if it sleeps.
///
/// What was written before a ring is seen after the answer to it. A ring is never lost; many may get one answer.
class Doorbell {
 public:
  Doorbell();

  /// Any thread.
  void ring() {
    if (state_.fetch_or(rung) == asleep) write_fd();
  }

  // The rest is for the thread that sleeps.

  /// Whether somebody has rung since the last answer.
  bool answer() { return (state_.exchange(0) & rung) != 0; }
  /// False if somebody has rung: there is something to do first. Else rings make `fd` readable until `wake_up`.
  bool lie_down() {
    std::uint32_t quiet = 0;
    return state_.compare_exchange_strong(quiet, asleep);
  }
  int fd() const { return fd_.get(); }
  void wake_up(bool fd_is_readable);

 private:
  static constexpr std::uint32_t rung = 1;
  static constexpr std::uint32_t asleep = 2;

  void write_fd();

  std::atomic<std::uint32_t> state_{0};
  UniqueFd fd_;
};

}  // namespace scoop
