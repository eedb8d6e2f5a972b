#pragma once
#include "broker/options.hpp"

namespace scoop {

/// Takes the plan from the launcher, then serves the pool until the launcher is gone. The exit status.
int run_broker(const BrokerOptions& options);

}  // namespace scoop
