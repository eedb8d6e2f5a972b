#pragma once
#include <string>
#include <string_view>
#include <utility>

namespace scoop {

/// Makes whole lines of what a worker writes in pieces, so that the lines of several workers do not mix.
///
/// A line longer than `longest_line` bytes is passed on in parts.
class LineBuffer {
 public:
  static constexpr std::size_t longest_line = 64u << 10;

  /// `tag` is put in front of each line.
  explicit LineBuffer(std::string tag = {}) : tag_(std::move(tag)) {}

  /// All lines that `bytes` completes; empty while there is none.
  std::string append(std::string_view bytes);

  /// The stream has ended: what is left, as a line.
  std::string finish();

 private:
  std::string tagged(std::string lines);

  std::string tag_;
  std::string rest_;
  bool is_inside_line_ = false;  // of one that is passed on in parts
};

}  // namespace scoop
