#pragma once
#include <string>

#include "worker/runtime/worker_core.hpp"

namespace scoop {

/// What the log says of it.
std::string to_text(const WorkerEvent& event);

}  // namespace scoop
