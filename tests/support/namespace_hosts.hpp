#pragma once
#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace scoop::test {

struct NamespaceSettings {
  int hosts = 3;          // h1, h2, ..., beside h0
  bool are_bare = false;  // h1, ... have sh, tar, coreutils and sshd, and no library beyond theirs
  std::vector<std::filesystem::path> shared{};  // folders that all hosts have at the same path: a file system of theirs
};

/// Hosts in namespaces: h0 is the launcher's, h1 and so on have nothing of ours. Each has its own network, name,
/// processes, shared memory, /home, /opt, /root, /run, /tmp, /usr/local and sshd; the rest is the machine's, read-only.
/// The checkout and the build are seen by h0 alone.
///
/// Needs:  are_possible(). An ordinary user is that user on the hosts; root is root.
/// End:    everything vanishes with the object, and with a test that is killed.
/// Errors: std::runtime_error with the words of what failed.
class NamespaceHosts {
 public:
  /// Whether this machine lets us have them; prints what is missing.
  static bool are_possible();
  /// Whether drop() can be had; prints what is missing.
  static bool can_drop();

  explicit NamespaceHosts(const NamespaceSettings& settings = {});
  ~NamespaceHosts();
  NamespaceHosts(const NamespaceHosts&) = delete;
  NamespaceHosts& operator=(const NamespaceHosts&) = delete;

  /// The program of a command runs on the host, in the user's home there, with `ssh` first on its PATH that knows the
  /// other hosts by name. Signals reach it alone, not what it started.
  Command on(const std::string& host, std::vector<std::string> argv) const;
  /// 192.0.2.11 and 2001:db8::11 for h1.
  static std::string address(const std::string& host);
  static std::string address6(const std::string& host);
  /// The host's files, for the test to read and write.
  std::filesystem::path root(const std::string& host) const;
  /// Living processes on the host, sshd's own not among them.
  std::vector<pid_t> processes(const std::string& host) const;
  /// What the host's sshd has written so far.
  std::string log(const std::string& host) const;

  /// Its power fails: everything on it ends, and nobody is told. It does not come back.
  void crash(const std::string& host);
  /// All of it stops, what comes over the network waits.
  void freeze(const std::string& host);
  void thaw(const std::string& host);
  /// The network between it and all others swallows everything, without a sign at either end.
  void cut(const std::string& host);
  void heal(const std::string& host);
  /// A firewall on `to` that throws away what comes from `from`.
  void drop(const std::string& from, const std::string& to);

 private:
  class Host;
  Host& at(const std::string& name) const;
  void write_bed() const;
  void connect();
  std::string switch_pid() const;
  void run_in_network(const std::string& pid, std::vector<std::string> argv, const std::string& input) const;

  NamespaceSettings settings_;
  TempDir bed_;
  std::unique_ptr<Process> switch_;
  std::vector<std::unique_ptr<Host>> hosts_;
};

}  // namespace scoop::test
