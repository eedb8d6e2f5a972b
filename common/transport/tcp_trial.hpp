#pragma once
#include <string>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"

namespace scoop {

/// Connects once and hangs up: whether a way leads to "tcp://10.0.0.7:5000". Blocks for `limit` at most. Who listens
/// there takes it for a stranger. For addresses of other kinds there is nothing to try.
///
/// Errors: the system's word, "Connection refused", or that nothing answers.
Status try_tcp(const std::string& endpoint, Duration limit);

}  // namespace scoop
