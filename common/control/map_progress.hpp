#pragma once
#include <cstdint>
#include <string>

#include "common/protocol/ids.hpp"

namespace scoop::control {

/// How far a map is that has a progress label, told by the worker that called it.
struct MapProgress {
  WorkerId owner;
  std::uint64_t map = 0;  // counts up in its owner
  std::string label;      // one short line: escaped, cut
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // 0: not known
  std::int64_t elapsed_us = 0;
  bool is_over = false;  // nothing more of it comes; also where it failed or was cancelled
};

}  // namespace scoop::control
