#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/base/unique_fd.hpp"

namespace scoop {

/// What this host was sent, in folders of one cache: those in use are kept, old ones go.
///
/// A folder that is whole has the file ".used" in it, whose time of change is that of the last use, and which is locked
/// (flock, shared) as long as a daemon uses the folder. Names are 32 hexadecimal digits; nothing else in the cache is
/// touched but what was not finished (".new-...").
class HostCache {
 public:
  static constexpr std::uint64_t usual_limit = 500'000'000;

  HostCache() = default;
  HostCache(HostCache&&) noexcept = default;
  HostCache& operator=(HostCache&&) noexcept = default;
  ~HostCache();  // notes the use, and lets go

  /// The folder stays as long as this lives. Several runs may hold the same one.
  ///
  /// Errors: it is not there any more.
  Status hold(const std::string& folder);

  /// Removes folders of the cache that were not used for longest, until at most `limit` bytes are left in it. Never one
  /// that is held or was used within the last minute. Also removes what was begun a day ago and never finished.
  void trim(std::uint64_t limit, std::chrono::system_clock::time_point now) const;

 private:
  std::string cache_;  // empty: nothing is held, so nothing was sent here
  std::vector<UniqueFd> held_;
};

}  // namespace scoop
