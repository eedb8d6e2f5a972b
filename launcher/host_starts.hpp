#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "common/base/clock.hpp"
#include "launcher/ssh_failure.hpp"

namespace scoop {

/// Start an ssh to this host.
struct ConnectHost {
  std::size_t host;
};
/// It takes too long: end its ssh. Its failure is settled.
struct AbandonHost {
  std::size_t host;
};
/// It does not come. One line for the user.
struct RefuseHost {
  std::size_t host;
  std::string reason;
};

using StartAction = std::variant<ConnectHost, AbandonHost, RefuseHost>;
using StartActions = std::vector<StartAction>;

/// Brings up the daemons of remote hosts: so many at once, and again, a little later, where an sshd had too many logins
/// to take this one. Decides; never blocks, never reads a clock.
class HostStarts {
 public:
  struct Settings {
    std::size_t at_once = 32;
    int attempts = 6;
    Duration limit = std::chrono::seconds(30);              // without any progress
    Duration first_pause = std::chrono::milliseconds(300);  // before a second attempt; then twice as long each time
    std::uint64_t seed = 0;  // so that those who were refused together do not come together
  };

  explicit HostStarts(const Settings& settings) : settings_(settings), random_(settings.seed) {}

  void add(std::size_t host, const std::string& name, TimePoint now, StartActions& out);
  /// Something came from it.
  void on_progress(std::size_t host, TimePoint now);
  void on_ready(std::size_t host, TimePoint now, StartActions& out);
  void on_failed(std::size_t host, const SshFailure& failure, TimePoint now, StartActions& out);
  void on_tick(TimePoint now, StartActions& out);

  TimePoint next_deadline() const;
  /// Nobody is waited for any more.
  bool are_settled() const { return hosts_.empty(); }
  bool is_starting(std::size_t host) const;

 private:
  struct Host {
    std::size_t host;
    std::string name;
    bool is_connecting = false;
    int attempts = 0;
    TimePoint due;  // connecting: given up then; else: connected then
  };

  Host* find(std::size_t host);
  void forget(std::size_t host);
  void connect_more(TimePoint now, StartActions& out);

  Settings settings_;
  std::vector<Host> hosts_;  // that are not settled, in the user's order
  std::mt19937_64 random_;
};

}  // namespace scoop
