#pragma once
#include <cstdint>

#include "common/base/clock.hpp"

namespace scoop::simulation {

constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// The same numbers from the same seed, on every machine. (splitmix64)
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(mix(seed)) {}

  std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15u); }
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  /// Both ends included.
  std::int64_t between(std::int64_t lo, std::int64_t hi) {
    return lo + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(hi - lo) + 1));
  }
  Duration between(Duration lo, Duration hi) { return Duration(between(lo.count(), hi.count())); }
  /// Small ones as likely as large ones, by their number of digits.
  Duration magnitude(Duration lo, Duration hi) {
    auto scale = lo;
    while (scale < hi / 10 && chance(0.7)) scale *= 10;
    return between(scale, scale * 10 < hi ? scale * 10 : hi);
  }
  bool chance(double p) { return static_cast<double>(next() >> 11) * 0x1p-53 < p; }

 private:
  std::uint64_t state_;
};

}  // namespace scoop::simulation
