#pragma once
#include <string>

#include "common/base/result.hpp"
#include "common/base/unique_fd.hpp"

namespace scoop {

/// A unix socket that listens at `path`, for the broker to serve. Bound here, so that workers can connect before the
/// broker runs, and so that its address outlives it.
Result<UniqueFd> listen_at(const std::string& path);

}  // namespace scoop
