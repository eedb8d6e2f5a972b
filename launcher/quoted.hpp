#pragma once
#include <string>
#include <string_view>

namespace scoop {

/// Foreign text in quotes for a sentence of ours: one line, nothing that a terminal would obey, at most `limit` bytes
/// of it.
std::string quoted(std::string_view text, std::size_t limit = 60);

}  // namespace scoop
