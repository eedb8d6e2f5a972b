#pragma once
#include <cstdint>
#include <string_view>

#include "common/base/result.hpp"

namespace scoop {

/// Makes the transport lose frames and cut connections on purpose, so that tests see what networks do rarely.
///
/// The same seed, rate and process give the same sequence of decisions.
class FaultInjector {
 public:
  FaultInjector() = default;  // none
  /// `SEED:RATE`, as "7:0.05": every frame is lost with a probability of 5 %.
  static Result<FaultInjector> parse(std::string_view text);
  /// The same faults in another order, for one of many processes.
  FaultInjector for_process(std::uint64_t packed_id) const;

  bool drops_frame() { return rate_ > 0 && happens(rate_); }
  /// Asked once a frame: a socket is closed and opened again, and loses what it holds.
  bool reopens_socket() { return rate_ > 0 && happens(rate_ / 32); }
  /// One of `count`, all equally likely.
  std::uint64_t pick(std::uint64_t count) { return next() % count; }

 private:
  FaultInjector(std::uint64_t seed, double rate) : state_(seed), rate_(rate) {}
  std::uint64_t next();
  bool happens(double probability);

  std::uint64_t state_ = 0;
  double rate_ = 0;
};

}  // namespace scoop
