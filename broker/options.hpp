#pragma once
#include <variant>

namespace scoop {

/// The broker is started by the launcher, which says the rest over the control channel.
struct BrokerOptions {
  int listen_fd = -1;   // bound and listening
  int control_fd = -1;  // its other end is the launcher's
};

/// An exit status where the process has to end at once: after --help and --version, and after mistakes, which it has
/// said on standard error.
std::variant<BrokerOptions, int> parse_broker_options(int argc, const char* const* argv);

}  // namespace scoop
