#pragma once
#include <cstdint>

#include "common/base/result.hpp"

namespace scoop {

/// Makes sure that a pool of `workers` fits into this process's limits, which its children inherit: raises the number
/// of open files where it is too low and may be raised.
///
/// Errors: one sentence with the limit, what is needed, and what to do.
Status fit_into_limits(std::uint32_t workers);

}  // namespace scoop
