#include "support/ssh_hosts.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>

#include <cstdio>

#include "support/contents.hpp"
#include "support/process.hpp"
#include "support/ssh_keys.hpp"
#include "support/wait_until.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

// The bed itself: what its hosts do is what tests of the launcher build on.

namespace {

Command over_ssh(const SshHosts& hosts, const std::string& host, const std::string& command) {
  return {.argv = {hosts.ssh(), "-o", "BatchMode=yes", host, command}};
}

bool says(const Outcome& outcome, const std::string& words) { return outcome.err.find(words) != std::string::npos; }

/// As the kernel's table says.
bool is_listening(const std::string& address, std::uint16_t port) {
  char entry[32];
  std::snprintf(entry, sizeof entry, "%08X:%04X 00000000:0000 0A", ::inet_addr(address.c_str()), port);
  return contents("/proc/net/tcp").find(entry) != std::string::npos;
}

}  // namespace

TEST_CASE("SshHosts: a command runs in the home of its host, with the host's name") {
  if (!has_sshd()) return;
  const SshHosts hosts({{"a"}, {"b"}});
  for (const std::string host : {"a", "b"}) {
    const auto outcome =
        run(over_ssh(hosts, host, "echo $SCOOP_TEST_HOST $HOME $(pwd) $SCOOP_RUNTIME_DIR; touch mark; exit 7"));
    const auto home = hosts.home(host).string();
    CHECK_MESSAGE(outcome.out == host + " " + home + " " + home + " " + home + "/run\n", outcome);
    CHECK_MESSAGE(outcome.status == 7, outcome);
    CHECK(std::filesystem::exists(hosts.home(host) / "mark"));
  }
}

TEST_CASE("SshHosts: input and output pass as they are") {
  if (!has_sshd()) return;
  const SshHosts hosts({{"a"}});
  auto command = over_ssh(hosts, "a", "cat; echo wrong >&2");
  for (int c = 0; c < 256; ++c) command.input += static_cast<char>(c);
  const auto outcome = run(command);
  CHECK(outcome.out == command.input);
  CHECK(outcome.err == "wrong\n");
}

TEST_CASE("SshHosts: login shells run the command, noise comes before it, slow ones come late") {
  if (!has_sshd()) return;
  std::vector<SshHost> kinds{{"noisy", SshHostKind::noisy}, {"slow", SshHostKind::slow}, {"sh"}};
  const bool has_tcsh = has_program("/bin/tcsh");
  if (has_tcsh) kinds.push_back({"tcsh", SshHostKind::good, "/bin/tcsh"});
  const SshHosts hosts(kinds);

  const auto noisy = run(over_ssh(hosts, "noisy", "echo came"));
  CHECK_MESSAGE(noisy.out == "Welcome to our cluster!\ncame\n", noisy);
  CHECK_MESSAGE(noisy.err == "Quota: 93 %\n", noisy);

  const auto begin = std::chrono::steady_clock::now();
  CHECK(run(over_ssh(hosts, "slow", "echo came")).out == "came\n");
  CHECK(std::chrono::steady_clock::now() - begin >= 1s);

  CHECK(run(over_ssh(hosts, "sh", "echo $shell")).out == "\n");
  if (has_tcsh) CHECK(run(over_ssh(hosts, "tcsh", "echo $shell")).out == "/bin/tcsh\n");
}

TEST_CASE("SshHosts: each kind of broken host fails in its own way") {
  if (!has_sshd()) return;
  const SshHosts hosts({{"refused", SshHostKind::key_refused},
                        {"changed", SshHostKind::key_changed},
                        {"unknown", SshHostKind::key_unknown},
                        {"deaf", SshHostKind::deaf},
                        {"silent", SshHostKind::silent}});
  const std::vector<std::pair<std::string, std::string>> expected{
      {"refused", "Permission denied (publickey)"},   {"changed", "REMOTE HOST IDENTIFICATION HAS CHANGED"},
      {"unknown", "host key is known for"},           {"deaf", "Connection refused"},
      {"silent", "timed out during banner exchange"},
  };
  for (const auto& [host, words] : expected) {
    auto command = over_ssh(hosts, host, "touch mark");
    if (host == "silent") command.argv.insert(command.argv.begin() + 1, {"-o", "ConnectTimeout=1"});
    const auto outcome = run(command);
    CHECK_MESSAGE(outcome.status == 255, outcome);
    CHECK_MESSAGE(says(outcome, words), outcome);
    CHECK_FALSE(std::filesystem::exists(hosts.home(host) / "mark"));
  }
}

TEST_CASE("SshHosts: a crowded host drops logins while one is under way") {
  if (!has_sshd()) return;
  const SshHosts hosts({{"crowded", SshHostKind::crowded}});
  const std::string connect =
      "exec 3<>/dev/tcp/" + hosts.address("crowded") + "/" + std::to_string(hosts.port("crowded"));
  Process login({.argv = {"bash", "-c", connect + "; read -r line <&3; echo $line; read -r"}, .keep_input_open = true});
  REQUIRE(wait_until([&] { return login.out().find("SSH-2.0") != std::string::npos; }));
  const auto dropped = run(over_ssh(hosts, "crowded", "true"));
  CHECK_MESSAGE(dropped.status == 255, dropped);
  CHECK_MESSAGE(says(dropped, "kex_exchange_identification"), dropped);
  login.close_input();
  login.wait();
  CHECK(wait_until([&] { return run(over_ssh(hosts, "crowded", "true")).status == 0; }));
}

TEST_CASE("SshHosts: processes of a host are told from those of another, and outlive their connection") {
  if (!has_sshd()) return;
  SshHosts hosts({{"a"}, {"b"}});
  Process ssh(over_ssh(hosts, "a", "sleep 1000 & echo up; wait"));
  REQUIRE(wait_until([&] { return ssh.out() == "up\n"; }));
  CHECK(hosts.processes("a").size() == 2);
  CHECK(hosts.processes("b").empty());

  hosts.break_connections("a");
  CHECK(ssh.wait().status == 255);
  CHECK(hosts.processes("a").size() == 2);
  CHECK(run(over_ssh(hosts, "a", "true")).status == 0);

  hosts.stop_sshd("a");
  CHECK(says(run(over_ssh(hosts, "a", "true")), "Connection refused"));
  CHECK(hosts.processes("a").size() == 2);
}

TEST_CASE("SshHosts: two beds live side by side, and nothing of them is left") {
  if (!has_sshd()) return;
  std::filesystem::path home;
  std::string address;
  std::uint16_t port = 0;
  pid_t left = 0;
  const SshHosts other({{"a"}});
  {
    SshHosts hosts({{"a"}});
    Process ssh(over_ssh(hosts, "a", "trap '' HUP TERM; setsid sleep 1000 & echo $!; wait"));
    REQUIRE(wait_until([&] { return ssh.out().find('\n') != std::string::npos; }));
    left = std::stoi(ssh.out());
    home = hosts.home("a");
    address = hosts.address("a");
    port = hosts.port("a");
    REQUIRE(hosts.host_file({"a 2"}).starts_with(home.parent_path().string()));
    CHECK(is_listening(address, port));
    CHECK(wait_until([&] { return command_line(left) == "sleep 1000"; }));
    CHECK(other.processes("a").empty());
  }
  CHECK(command_line(left).empty());
  CHECK_FALSE(is_listening(address, port));
  CHECK_FALSE(std::filesystem::exists(home.parent_path()));
  CHECK(run(over_ssh(other, "a", "echo here")).out == "here\n");
}
