#include "common/transport/fault_injector.hpp"

namespace scoop {

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
