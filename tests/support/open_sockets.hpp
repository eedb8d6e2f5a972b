#pragma once
#include <fcntl.h>

#include <filesystem>
#include <string>
#include <vector>

namespace scoop::test {

/// The descriptors of this process that are sockets or the kernel's event objects: ours, not what it was started with.
inline std::vector<int> open_sockets() {
  std::vector<int> found;
  for (int fd = 3; fd < 1024; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0) continue;
    std::error_code ignored;
    const auto target = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), ignored).string();
    if (target.starts_with("socket:") || target.starts_with("anon_inode:")) found.push_back(fd);
  }
  return found;
}

}  // namespace scoop::test
