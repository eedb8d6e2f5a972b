#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace scoop {

using Bytes = std::vector<char>;

/// Bytes that are no longer written: a slice of a buffer, which lives as long as any slice of it. So large values pass
/// from the encoder to the socket, and from the socket to the decoder, without being copied at each step.
///
/// Threads: slices of one buffer may be used and dropped by several threads.
class SharedBytes {
 public:
  SharedBytes() = default;
  SharedBytes(Bytes bytes) {  // implicit: what can be read can be shared
    auto buffer = std::make_shared<const Bytes>(std::move(bytes));
    bytes_ = *buffer;
    buffer_ = std::move(buffer);
  }
  /// `bytes` lie in what `buffer` keeps alive.
  SharedBytes(std::shared_ptr<const void> buffer, std::span<const char> bytes)
      : buffer_(std::move(buffer)), bytes_(bytes) {}

  const char* data() const { return bytes_.data(); }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  auto begin() const { return bytes_.begin(); }
  auto end() const { return bytes_.end(); }
  operator std::span<const char>() const { return bytes_; }

  /// `part` lies in this slice.
  SharedBytes slice(std::span<const char> part) const { return {buffer_, part}; }
  SharedBytes slice(std::size_t offset, std::size_t count) const { return slice(bytes_.subspan(offset, count)); }

  friend bool operator==(const SharedBytes& a, const SharedBytes& b) { return std::ranges::equal(a, b); }

 private:
  std::shared_ptr<const void> buffer_;
  std::span<const char> bytes_;
};

}  // namespace scoop
