#include "common/transport/fault_injector.hpp"

#include <charconv>
#include <string>

namespace scoop {

Result<FaultInjector> FaultInjector::parse(std::string_view text) {
  const char* const end = text.data() + text.size();
  std::uint64_t seed = 0;
  double rate = 0;
  const auto after_seed = std::from_chars(text.data(), end, seed);
  if (after_seed.ec == std::errc{} && after_seed.ptr != end && *after_seed.ptr == ':') {
    const auto after_rate = std::from_chars(after_seed.ptr + 1, end, rate, std::chars_format::fixed);
    // At 1 nothing would ever arrive.
    if (after_rate.ec == std::errc{} && after_rate.ptr == end && rate >= 0 && rate < 1) {
      return FaultInjector(seed, rate);
    }
  }
  return Failure{"--fault must be SEED:RATE with a rate from 0 to below 1, as 7:0.05, got \"" + std::string(text) +
                 "\""};
}

FaultInjector FaultInjector::for_process(std::uint64_t packed_id) const {
  FaultInjector other(state_ ^ packed_id * 0x9e3779b97f4a7c15u, rate_);
  other.next();
  return other;
}

// splitmix64 (Steele, Lea, Flood, 2014): the same numbers with every standard library.
std::uint64_t FaultInjector::next() {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

bool FaultInjector::happens(double probability) { return static_cast<double>(next() >> 11) * 0x1p-53 < probability; }

}  // namespace scoop
