#pragma once
#include <cstdint>

namespace bench {

/// A fixed amount of arithmetic: each step needs the one before, so that no compiler shortens it.
[[gnu::noinline]] inline std::uint64_t arithmetic(std::uint64_t steps) {
  std::uint64_t x = steps | 1;
  for (std::uint64_t i = 0; i < steps; ++i) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
  }
  return x;
}

}  // namespace bench
