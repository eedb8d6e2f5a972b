#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace scoop {

// An archive that tar, be it GNU's, busybox's or bsd's, unpacks: header, bytes and padding of each file, then the end.
// All of it is the same wherever and whenever it is made.

inline constexpr std::size_t archive_block = 512;
inline constexpr std::size_t archive_end = 2 * archive_block;  // zeros behind the last file
inline constexpr std::uint64_t largest_archived_file = (std::uint64_t{1} << 33) - 1;

/// What stands in front of an executable file of `size` bytes, at most `largest_archived_file`.
std::string archive_header(std::string_view name, std::uint64_t size);

/// Zeros behind a file of `size` bytes.
constexpr std::uint64_t archive_padding(std::uint64_t size) {
  return (archive_block - size % archive_block) % archive_block;
}

}  // namespace scoop
