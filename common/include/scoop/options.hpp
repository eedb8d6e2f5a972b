#pragma once
#include <cstdint>

namespace scoop {

/// Optional first argument of `submit` and the map family: `submit({.retries = 0}, f, x)`.
struct Options {
  /// Elements that a worker takes at once from a map; 0 lets it measure and choose. Ignored by `submit`.
  std::uint32_t chunk_size = 0;
  /// How often a task is tried again when the worker that had it was lost; then the caller gets scoop::WorkerLost.
  /// Exceptions are never tried again. At most 255.
  std::uint8_t retries = 2;
};

}  // namespace scoop
