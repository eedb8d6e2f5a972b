#include "common/base/escaped.hpp"

namespace scoop {

std::string escaped(std::string_view text, std::string_view more) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      result += "\\\\";
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\r') {
      result += "\\r";
    } else if ((byte < 0x20 && c != '\t') || byte == 0x7f || more.find(c) != std::string_view::npos) {
      result += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace scoop
