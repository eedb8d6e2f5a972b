#pragma once
#include <chrono>
#include <cstddef>
#include <scoop/scoop.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace bench {

inline std::string nap(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return scoop::worker();
}

/// Returns when every worker of the pool has run something: main begins before the others have joined.
inline void wait_for_all_workers() {
  std::set<std::string> seen;
  while (seen.size() < scoop::size()) {
    std::vector<scoop::Future<std::string>> naps;
    for (std::size_t i = 0; i < 2 * scoop::size(); ++i) naps.push_back(scoop::futures::submit(nap, 2));
    for (auto& each : naps) seen.insert(each.result());
  }
}

}  // namespace bench
