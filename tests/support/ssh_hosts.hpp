#pragma once
#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/temp_dir.hpp"

namespace scoop::test {

enum class SshHostKind {
  good,
  noisy,        // prints on both outputs before the command runs
  slow,         // runs the command a second late
  key_refused,  // does not know our key
  key_changed,  // has another key than the one that we know
  key_unknown,  // has a key that we do not know
  deaf,         // nobody listens
  silent,       // takes connections and never speaks
  crowded,      // takes one login at a time and drops the others: MaxStartups
};

struct SshHost {
  std::string name;
  SshHostKind kind = SshHostKind::good;
  std::string shell = "/bin/sh";  // the login shell
};

/// Hosts with the machine's real sshd, on addresses of the loopback that nobody else uses, each with a home of its own.
/// They share the machine: one user, one /tmp, one network. What is run on a host has its name in SCOOP_TEST_HOST, and
/// SCOOP_RUNTIME_DIR and the working directory lie in its home.
///
/// Needs:  has_sshd(). For an ordinary user, sshd lets in that user.
/// End:    all that came from the hosts is killed, and their files are removed.
/// Errors: std::runtime_error with sshd's words if one does not start.
class SshHosts {
 public:
  explicit SshHosts(const std::vector<SshHost>& hosts);
  ~SshHosts();
  SshHosts(const SshHosts&) = delete;
  SshHosts& operator=(const SshHosts&) = delete;

  /// An ssh that knows the hosts by their names: for --ssh-executable.
  std::string ssh() const { return folder_ / "ssh"; }
  /// Writes a file with these lines and answers its path.
  std::string host_file(const std::vector<std::string>& lines);

  std::filesystem::path home(const std::string& host) const { return folder_.path() / host; }
  std::string address(const std::string& host) const;
  std::uint16_t port(const std::string& host) const;
  /// Living processes that were started on the host, sshd's own not among them.
  std::vector<pid_t> processes(const std::string& host) const;
  /// What the host's sshd has written so far.
  std::string log(const std::string& host) const;

  /// The host's connections end as those of a killed sshd. New ones are taken; what runs there runs on.
  void break_connections(const std::string& host);
  /// The host's sshd and its connections end, and nobody listens. What runs there runs on.
  void stop_sshd(const std::string& host);

 private:
  class Host;
  Host& at(const std::string& name) const;
  void write_client_files() const;

  TempDir folder_;
  std::map<std::string, std::unique_ptr<Host>> hosts_;
  int host_files_ = 0;
};

}  // namespace scoop::test
