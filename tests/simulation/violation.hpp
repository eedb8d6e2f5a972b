#pragma once
#include <stdexcept>
#include <string>

namespace scoop::simulation {

/// Something happened, or did not, that must never, or always.
struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void require(bool holds, const char* what) {
  if (!holds) throw Violation(what);
}

}  // namespace scoop::simulation
