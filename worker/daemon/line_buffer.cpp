#include "worker/daemon/line_buffer.hpp"

#include <algorithm>
#include <utility>

namespace scoop {

std::string LineBuffer::append(std::string_view bytes) {
  const auto line_end = bytes.rfind('\n');
  if (line_end == std::string_view::npos) {
    rest_.append(bytes);
    return rest_.size() > longest_line ? tagged(std::exchange(rest_, {})) : std::string();
  }
  auto lines = std::move(rest_);
  lines.append(bytes.substr(0, line_end + 1));
  rest_.assign(bytes.substr(line_end + 1));
  return tagged(std::move(lines));
}

std::string LineBuffer::finish() {
  if (rest_.empty() && !is_inside_line_) return {};
  rest_.push_back('\n');
  return tagged(std::exchange(rest_, {}));
}

std::string LineBuffer::tagged(std::string lines) {
  std::string result;
  for (std::size_t begin = 0; begin < lines.size();) {
    const auto end = std::min(lines.find('\n', begin), lines.size() - 1) + 1;
    if (!is_inside_line_) result += tag_;
    result.append(lines, begin, end - begin);
    is_inside_line_ = lines[end - 1] != '\n';
    begin = end;
  }
  return result;
}

}  // namespace scoop
