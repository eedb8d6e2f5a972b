#pragma once
#include <cstdint>

namespace scoop {

/// Makes the transport lose frames and cut connections on purpose, so that tests see what networks do rarely.
///
/// The same seed, rate and process give the same sequence of decisions.
class FaultInjector {
 public:
  FaultInjector() = default;  // none
  /// Every frame is lost with the probability `rate`, from 0 to below 1.
  FaultInjector(std::uint64_t seed, double rate) : state_(seed), rate_(rate) {}
  /// The same faults in another order, for one of many processes.
  FaultInjector for_process(std::uint64_t packed_id) const;

  bool is_on() const { return rate_ > 0; }
  bool drops_frame() { return rate_ > 0 && happens(rate_); }
  /// Asked once a frame: a socket is closed and opened again, and loses what it holds.
  bool reopens_socket() { return rate_ > 0 && happens(rate_ / 32); }
  /// One of `count`, all equally likely.
  std::uint64_t pick(std::uint64_t count) { return next() % count; }

 private:
  std::uint64_t next();
  bool happens(double probability);

  std::uint64_t state_ = 0;
  double rate_ = 0;
};

}  // namespace scoop
