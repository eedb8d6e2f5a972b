#pragma once
#include <string_view>

#include "common/control/messages.hpp"

namespace scoop {

/// What the launcher wants to know of this host. `ssh_connection`: sshd's variable of this name, empty where the daemon
/// did not come by ssh.
control::HostReady host_facts(std::string_view ssh_connection);

}  // namespace scoop
