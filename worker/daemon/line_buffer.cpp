#include "worker/daemon/line_buffer.hpp"

#include <utility>

namespace scoop {

std::string LineBuffer::append(std::string_view bytes) {
  const auto line_end = bytes.rfind('\n');
  if (line_end == std::string_view::npos) {
    rest_.append(bytes);
    return rest_.size() > longest_line ? std::exchange(rest_, {}) : std::string();
  }
  auto lines = std::move(rest_);
  lines.append(bytes.substr(0, line_end + 1));
  rest_.assign(bytes.substr(line_end + 1));
  return lines;
}

std::string LineBuffer::finish() {
  if (rest_.empty()) return {};
  rest_.push_back('\n');
  return std::exchange(rest_, {});
}

}  // namespace scoop
