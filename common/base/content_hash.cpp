#include "common/base/content_hash.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <memory>
#include <numeric>

#include "common/base/unique_fd.hpp"

namespace scoop {
namespace {

constexpr std::uint64_t odd = 0x9e37'79b9'7f4a'7c15u;

std::uint64_t mix(std::uint64_t sum, std::uint64_t lane) {
  sum = std::rotl(sum ^ lane, 29) * odd;
  return sum ^ sum >> 32;
}

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

void ContentHash::add_block(Lanes& lanes, const char* block) {
  for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
    std::uint64_t word;
    std::memcpy(&word, block + lane * sizeof word, sizeof word);
    // The rotation carries the top bits back: the product only moves bits up.
    lanes[lane] = std::rotl(lanes[lane] ^ word, 29) * odd;
  }
}

void ContentHash::add(std::string_view bytes) {
  length_ += bytes.size();
  Lanes lanes = lanes_;  // in registers: for the compiler the bytes might be the members
  for (; bytes.size() >= stride; bytes.remove_prefix(stride)) add_block(lanes, bytes.data());
  if (!bytes.empty()) {
    std::array<char, stride> padded{};
    std::memcpy(padded.data(), bytes.data(), bytes.size());
    add_block(lanes, padded.data());
  }
  lanes_ = lanes;
}

std::uint64_t ContentHash::value() const { return std::accumulate(lanes_.begin(), lanes_.end(), length_ * odd, mix); }

std::string ContentHash::digits() const {
  const auto other = std::accumulate(lanes_.rbegin(), lanes_.rend(), ~length_ * odd, mix);
  std::array<char, 33> text;
  std::snprintf(text.data(), text.size(), "%016" PRIx64 "%016" PRIx64, value(), other);
  return text.data();
}

Result<std::uint64_t> content_hash(const std::string& path) {
  // Read, not mapped: a file that somebody truncates meanwhile would end a process that looks at a mapping of it.
  constexpr std::size_t block = 256 * 1024;
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Failure{path + " cannot be read: " + std::strerror(errno)};
  const auto buffer = std::make_unique_for_overwrite<char[]>(block);
  ContentHash hash;
  for (;;) {
    const ssize_t count = read_fully(file.get(), buffer.get(), block);
    if (count < 0) return Failure{path + " cannot be read: " + std::strerror(errno)};
    hash.add({buffer.get(), static_cast<std::size_t>(count)});
    if (static_cast<std::size_t>(count) < block) return hash.value();
  }
}

}  // namespace scoop
