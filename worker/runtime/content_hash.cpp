#include "worker/runtime/content_hash.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>

#include "common/base/unique_fd.hpp"

namespace scoop {
namespace {

constexpr std::uint64_t odd = 0x9e37'79b9'7f4a'7c15u;

/// Four sums side by side, so that the multiplications do not wait for one another.
class Hash {
 public:
  static constexpr std::size_t stride = 32;

  void add(const char* bytes, std::size_t size) {
    for (std::size_t at = 0; at < size; at += stride) {
      for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
        std::uint64_t word;
        std::memcpy(&word, bytes + at + lane * sizeof word, sizeof word);
        // The rotation carries the top bits back: the product only moves bits up.
        lanes_[lane] = std::rotl(lanes_[lane] ^ word, 29) * odd;
      }
    }
  }

  std::uint64_t finish(std::uint64_t length) const {
    std::uint64_t sum = length * odd;
    for (const std::uint64_t lane : lanes_) {
      sum = std::rotl(sum ^ lane, 29) * odd;
      sum ^= sum >> 32;
    }
    return sum;
  }

 private:
  std::array<std::uint64_t, stride / sizeof(std::uint64_t)> lanes_{1, 2, 3, 4};
};

/// As many bytes as there are, up to `size`; less only at the end of the file. Negative: an error.
ssize_t read_fully(int fd, char* buffer, std::size_t size) {
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t count = ::read(fd, buffer + filled, size - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  return static_cast<ssize_t>(filled);
}

}  // namespace

Result<std::uint64_t> content_hash(const std::string& path) {
  // Read, not mapped: a file that somebody truncates meanwhile would end a process that looks at a mapping of it.
  constexpr std::size_t block = 256 * 1024;
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Failure{path + " cannot be read: " + std::strerror(errno)};
  const auto buffer = std::make_unique_for_overwrite<char[]>(block);
  Hash hash;
  std::uint64_t length = 0;
  for (;;) {
    const ssize_t count = read_fully(file.get(), buffer.get(), block);
    if (count < 0) return Failure{path + " cannot be read: " + std::strerror(errno)};
    const auto size = static_cast<std::size_t>(count);
    const std::size_t padded = (size + Hash::stride - 1) / Hash::stride * Hash::stride;
    std::memset(buffer.get() + size, 0, padded - size);
    hash.add(buffer.get(), padded);
    length += size;
    if (size < block) return hash.finish(length);
  }
}

}  // namespace scoop
