#pragma once
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hosts/on_hosts.hpp"
#include "support/wait_until.hpp"

namespace scoop::test {

/// `scoop-launch` on h0. `words`: options, program and arguments.
inline Command launch(const NamespaceHosts& hosts, std::vector<std::string> words) {
  words.insert(words.begin(), SCOOP_LAUNCH);
  return hosts.on("h0", std::move(words));
}

/// Living processes on a host whose command line has `part`.
inline std::vector<pid_t> find(const NamespaceHosts& hosts, const std::string& host, const std::string& part) {
  auto found = hosts.processes(host);
  std::erase_if(found, [&](pid_t pid) { return command_line(pid).find(part) == std::string::npos; });
  return found;
}

inline std::vector<pid_t> launchers(const NamespaceHosts& hosts) {
  auto found = hosts.processes("h0");
  std::erase_if(found, [](pid_t pid) { return !command_line(pid).starts_with(SCOOP_LAUNCH); });
  return found;
}

/// Lets a main on h0 that does so till there is ~/go come to its end.
inline void let_go(const NamespaceHosts& hosts) { static_cast<void>(sh(hosts, "h0", "touch ~/go")); }

inline void kill_all(const std::vector<pid_t>& victims) {
  for (const pid_t pid : victims) ::kill(pid, SIGKILL);
}

inline bool wait_for_output(const Process& process, const std::string& text) {
  const auto has_said = [&] { return process.out().find(text) != std::string::npos; };
  return wait_until([&] { return has_said() || !process.is_running(); }) && has_said();
}

/// What runs leave behind on hosts: processes, and files that were not there when this was made. The cache may stay.
class Traces {
 public:
  explicit Traces(const NamespaceHosts& hosts, std::vector<std::string> names)
      : hosts_(hosts), names_(std::move(names)), before_(files()) {}

  /// Waits, as long as the end of a run may take, until there are none; then it is empty.
  std::string after_end(std::chrono::milliseconds limit = std::chrono::seconds(10)) const {
    std::string left;
    static_cast<void>(wait_until([&] { return (left = all()).empty(); }, limit));
    return left;
  }

 private:
  std::set<std::string> files() const {
    std::set<std::string> result;
    for (const auto& name : names_) {
      for (const std::string folder : {"tmp", "dev/shm", "var/tmp"}) {
        std::error_code gone;
        for (const auto& entry : std::filesystem::directory_iterator(hosts_.root(name) / folder, gone)) {
          result.insert(name + ":/" + folder + "/" + entry.path().filename().string());
        }
      }
    }
    return result;
  }

  std::string all() const {
    std::string result;
    for (const auto& name : names_) {
      for (const pid_t pid : hosts_.processes(name)) result += name + ": " + command_line(pid) + "\n";
    }
    for (const auto& file : files()) {
      if (!before_.contains(file)) result += file + "\n";
    }
    return result;
  }

  const NamespaceHosts& hosts_;
  std::vector<std::string> names_;
  std::set<std::string> before_;
};

}  // namespace scoop::test
