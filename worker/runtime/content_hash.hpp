#pragma once
#include <cstdint>
#include <string>

#include "common/base/result.hpp"

namespace scoop {

/// A number that tells files of different content apart: the same for equal bytes wherever they lie. Against mistakes,
/// not against malice.
///
/// Errors: the file cannot be read.
Result<std::uint64_t> content_hash(const std::string& path);

}  // namespace scoop
