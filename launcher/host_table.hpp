#pragma once
#include <string>
#include <vector>

#include "common/control/messages.hpp"
#include "launcher/supervisor.hpp"

namespace scoop {

/// What `scoop-launch hosts` prints: a line a host, and below it a line a worker, with its state and load. There is at
/// least one line.
std::vector<std::string> host_lines(const std::vector<ShownHost>& hosts, const std::vector<control::WorkerLoad>& loads);

}  // namespace scoop
