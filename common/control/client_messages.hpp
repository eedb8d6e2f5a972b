#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What `scoop-launch add-host`, `remove-host` and `hosts` say to the launcher of a run, over RUN/launcher.sock. A
/// client asks once; then come lines for its user, and in the end its exit status. Both are of the same build, or the
/// channel ends.
namespace scoop::control {

/// As the user named it, see RequestedHost.
struct ClientHost {
  std::string name;
  std::string user;
  std::optional<std::uint16_t> port;
  std::optional<std::uint16_t> workers;
};

struct AddHosts {
  std::vector<ClientHost> hosts;
};
struct RemoveHosts {
  std::vector<std::string> names;
};
struct ListHosts {};

struct ClientLine {
  std::string text;
  bool is_error = false;
};
struct ClientDone {
  int status = 0;
};

using FromClient = std::variant<AddHosts, RemoveHosts, ListHosts>;
using ToClient = std::variant<ClientLine, ClientDone>;

}  // namespace scoop::control
