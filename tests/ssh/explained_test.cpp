#include <doctest/doctest.h>

#include <optional>

#include "launcher/remote_command.hpp"
#include "support/explained.hpp"
#include "support/process.hpp"
#include "support/ssh_hosts.hpp"
#include "support/ssh_keys.hpp"
#include "support/wait_until.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

// What the machine's ssh and sshd say to each other's faults is understood.

namespace {

Command login(const SshHosts& hosts, const std::string& host, const std::string& script) {
  const auto limit = host == "silent" ? 1s : 20s;
  return {.argv = ssh_command({hosts.ssh(), limit}, {host}, script)};
}

SshFailure failed_login(const SshHosts& hosts, const std::string& host, const std::string& script = "exec true") {
  const auto outcome = run(login(hosts, host, script));
  CHECK_MESSAGE(outcome.status > 0, outcome);
  return explained({host}, outcome);
}

bool tells(const SshFailure& failure, const std::string& words) {
  return failure.message.find(words) != std::string::npos;
}

/// A connection that says nothing, which is one of the logins that sshd counts.
class IdleLogin {
 public:
  IdleLogin(const SshHosts& hosts, const std::string& host)
      : process_({.argv = {"bash", "-c",
                           "exec 3<>/dev/tcp/" + hosts.address(host) + "/" + std::to_string(hosts.port(host)) +
                               "; read -r greeting <&3; echo $greeting; read -r"},
                  .keep_input_open = true}) {
    REQUIRE(wait_until([&] { return process_.out().starts_with("SSH-2.0"); }));
  }

 private:
  Process process_;
};

}  // namespace

TEST_CASE("Real hosts: each refusal has its sentence, and none is worth a retry") {
  if (!has_sshd()) return;
  const SshHosts hosts({{"refused", SshHostKind::key_refused},
                        {"changed", SshHostKind::key_changed},
                        {"unknown", SshHostKind::key_unknown},
                        {"deaf", SshHostKind::deaf},
                        {"silent", SshHostKind::silent}});
  const std::vector<std::pair<std::string, std::string>> sentences{
      {"refused", "it does not let you in; make this work without a password (ssh-copy-id, ssh-agent): ssh refused"},
      {"changed", "its host key is not the one that is known here; "},
      {"unknown", "its host key is not known here; log in once by hand and accept the key: ssh unknown"},
      {"deaf", "no sshd listens there; "},
      {"silent", "it takes connections, but its sshd does not answer; "},
  };
  for (const auto& [host, sentence] : sentences) {
    const auto failure = failed_login(hosts, host);
    CHECK_MESSAGE(failure.message.starts_with(host + ": " + sentence), failure.message);
    CHECK_FALSE(failure.is_worth_retry);
  }
}

TEST_CASE("Real hosts: a login that MaxStartups drops is worth a retry, which succeeds") {
  if (!has_sshd()) return;
  const SshHosts hosts({{"crowded", SshHostKind::crowded}});
  std::optional<IdleLogin> other(std::in_place, hosts, "crowded");
  const auto failure = failed_login(hosts, "crowded");
  CHECK_MESSAGE(tells(failure, "crowded: it dropped the login; raise MaxStartups"), failure.message);
  CHECK(failure.is_worth_retry);
  other.reset();
  CHECK(wait_until([&] { return run(login(hosts, "crowded", "exec true")).status == 0; }));
}

TEST_CASE("Real hosts: of many logins at once, those that do not come are worth a retry") {
  if (!has_sshd()) return;
  const SshHosts hosts({{"crowded", SshHostKind::crowded}});
  std::vector<Process> logins;
  for (int i = 0; i < 8; ++i) logins.emplace_back(login(hosts, "crowded", "exec true"));
  for (auto& one : logins) {
    const auto outcome = one.wait();
    if (outcome.status != 0) CHECK_MESSAGE(explained({"crowded"}, outcome).is_worth_retry, outcome);
  }
}

TEST_CASE("Real hosts: a connection that breaks under a command is told from a login that failed") {
  if (!has_sshd()) return;
  SshHosts hosts({{"a"}, {"b", SshHostKind::noisy}});
  for (const std::string host : {"a", "b"}) {
    Process ssh(login(hosts, host, "echo up; exec sleep 1000"));
    REQUIRE(wait_until([&] { return ssh.out().ends_with("up\n"); }));
    hosts.break_connections(host);
    const auto failure = explained({host}, ssh.wait());
    CHECK_MESSAGE(failure.message.starts_with(host + ": the connection was lost; "), failure.message);
    CHECK_FALSE(failure.is_worth_retry);
  }
}

TEST_CASE("Real hosts: what a command says there is found behind the noise of the login") {
  if (!has_sshd()) return;
  const SshHosts hosts({{"noisy", SshHostKind::noisy}, {"good"}});
  for (const std::string host : {"noisy", "good"}) {
    const auto missing = failed_login(hosts, host, "exec no-such-program");
    CHECK_MESSAGE(missing.message.starts_with(host + ": a command is missing there; "), missing.message);
    CHECK_MESSAGE(tells(missing, "no-such-program: not found"), missing.message);
    const auto full = failed_login(hosts, host, "exec cat /etc/passwd >/dev/full");
    CHECK_MESSAGE(full.message.starts_with(host + ": no space is left there; "), full.message);
  }
}
