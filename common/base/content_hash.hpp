#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace scoop {

/// Numbers that tell bytes of different content apart: the same for equal bytes wherever they lie. Against mistakes,
/// not against malice.
class ContentHash {
 public:
  static constexpr std::size_t stride = 32;

  /// Each piece but the last has a multiple of `stride` bytes.
  void add(std::string_view bytes);

  /// The number of all that was added.
  std::uint64_t value() const;

  /// 128 bits in 32 digits, for names that are to be the same for nothing else ever.
  std::string digits() const;

 private:
  // Sums side by side, so that the multiplications do not wait for one another.
  using Lanes = std::array<std::uint64_t, stride / sizeof(std::uint64_t)>;
  static void add_block(Lanes& lanes, const char* block);

  std::uint64_t length_ = 0;
  Lanes lanes_{1, 2, 3, 4};
};

/// Of a file.
///
/// Errors: it cannot be read.
Result<std::uint64_t> content_hash(const std::string& path);

}  // namespace scoop
