#include "launcher/quoted.hpp"

namespace scoop {

std::string quoted(std::string_view text, std::size_t limit) {
  static constexpr char digits[] = "0123456789abcdef";
  const bool is_cut = text.size() > limit;
  if (is_cut) {
    while (limit > 0 && (text[limit] & 0xc0) == 0x80) --limit;  // not inside a character of UTF-8
    text = text.substr(0, limit);
  }
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      result += c;
    } else {
      result += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return result + (is_cut ? "...\"" : "\"");
}

}  // namespace scoop
