#pragma once
#include <string>
#include <string_view>

namespace scoop {

/// One line, without its end: the backslash and what a terminal would obey are \\, \n, \r, \xHH. All other bytes stand
/// as they are, but for the characters of `more`, which are escaped, too.
std::string escaped(std::string_view text, std::string_view more = {});

}  // namespace scoop
