#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace scoop {

/// Changes of one character that turn `from` into `to`.
std::size_t edit_distance(std::string_view from, std::string_view to);

/// The known name that `unknown` was most probably meant to be.
std::string nearest(std::string_view unknown, const std::vector<std::string>& known);

}  // namespace scoop
