#pragma once
#include <fstream>
#include <string>

namespace bench {

/// Bytes of this process that are in memory now, Rss of /proc/self/smaps_rollup.
inline double resident_bytes() {
  std::ifstream rollup("/proc/self/smaps_rollup");
  for (std::string word; rollup >> word;) {
    double kilobytes = 0;
    if (word == "Rss:" && rollup >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

}  // namespace bench
