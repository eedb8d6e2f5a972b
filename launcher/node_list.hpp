#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace scoop {

/// The hosts that one pattern names, in order: "n[1-3,7]" gives n1 n2 n3 n7, "n[08-10]" n08 n09 n10, "r[1-2]n[1-2].lan"
/// r1n1.lan r1n2.lan r2n1.lan r2n2.lan. Text without brackets names itself.
///
/// Errors: what was expected, and the pattern.
Result<std::vector<std::string>> expand_node_list(std::string_view pattern);

}  // namespace scoop
