#pragma once
#include <string>
#include <vector>

#include "common/transport/listening_socket.hpp"

namespace scoop {

/// How the processes of a run reach each other.
struct NetworkSettings {
  std::string where{};  // an address or interface of this machine; empty: where the hosts' ssh came from
  PortRange ports{};    // of the broker
  bool is_encrypted = true;
};

/// Where the broker listens, given the addresses under which the hosts know this machine: on that one, if it is the
/// same for all; else, and as a `second_try`, on all of a kind.
std::string listening_place(const NetworkSettings& network, const std::vector<std::string>& known_as,
                            bool second_try = false);

/// Where a host finds the broker that listens at `listening`: at that address, unless it stands for all of the
/// machine's. `known_as`: what that host calls this machine.
std::string endpoint_for(const std::string& listening, const std::string& known_as);

/// Whether a host that calls this machine `known_as` finds the broker that listens at `listening`.
bool leads_to_broker(const std::string& listening, const std::string& known_as);

}  // namespace scoop
