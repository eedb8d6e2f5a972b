#include "support/namespace_hosts.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "hosts/on_hosts.hpp"
#include "support/contents.hpp"
#include "support/wait_until.hpp"

using namespace scoop::test;

// The bed itself: what its hosts do is what tests of the launcher build on.

TEST_CASE("NamespaceHosts: each host has a name, an address, processes and files of its own") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts hosts;
  for (const std::string host : {"h1", "h2", "h3"}) {
    for (const auto& target : {host, NamespaceHosts::address(host), NamespaceHosts::address6(host)}) {
      const auto outcome = ssh(hosts, "h0", target, "uname -n; id -u; exit 7");
      CHECK_MESSAGE(outcome.out == host + "\n" + std::to_string(::getuid()) + "\n", outcome);
      CHECK_MESSAGE(outcome.status == 7, outcome);
    }
    for (const std::string folder : {"$HOME", "/tmp", "/dev/shm", "/var/tmp"}) {
      const auto outcome =
          sh(hosts, host, "ls -A " + folder + "; echo " + host + " >" + folder + "/mark; cat " + folder + "/mark");
      CHECK_MESSAGE(outcome.out == host + "\n", outcome);
    }
    CHECK(sh(hosts, host, "ls -A /opt /usr/local").out == "/opt:\n\n/usr/local:\n");
    CHECK(contents(hosts.root(host) / "tmp/mark") == host + "\n");
    CHECK(hosts.processes(host).empty());
  }
  CHECK_FALSE(std::filesystem::exists("/dev/shm/mark"));
}

TEST_CASE("NamespaceHosts: the machine's files are seen and cannot be changed, the checkout is seen by h0 alone") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts hosts({.hosts = 1});
  const std::string test = std::filesystem::read_symlink("/proc/self/exe");
  CHECK(run(hosts.on("h0", {test, "--version"})).status == 0);
  CHECK(run(hosts.on("h1", {test, "--version"})).status != 0);
  for (const std::string folder : {SCOOP_SOURCE_DIR, SCOOP_BINARY_DIR}) {
    CHECK(sh(hosts, "h0", "ls '" + folder + "'/CMake*").status == 0);
    CHECK(sh(hosts, "h1", "ls -A '" + folder + "'").out.empty());
  }
  const auto written = sh(hosts, "h1", "touch /etc/mark /usr/mark /var/lib/mark");
  CHECK_MESSAGE(written.status != 0, written);
  for (const std::string folder : {"/etc", "/usr", "/var/lib"}) CHECK_FALSE(std::filesystem::exists(folder + "/mark"));
}

TEST_CASE("NamespaceHosts: a shared folder is seen by all") {
  if (!NamespaceHosts::are_possible()) return;
  const TempDir shared;
  const NamespaceHosts hosts({.hosts = 2, .shared = {shared.path()}});
  CHECK(sh(hosts, "h1", "echo here >'" + (shared / "mark") + "'").status == 0);
  CHECK(sh(hosts, "h2", "cat '" + (shared / "mark") + "'").out == "here\n");
  CHECK(contents(shared / "mark") == "here\n");
}

TEST_CASE("NamespaceHosts: a bare host has sshd, sh, tar and coreutils, and no library beyond theirs") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts hosts({.hosts = 1, .are_bare = true});
  const auto there =
      ssh(hosts, "h0", "h1", "echo in | tar --version >/dev/null && mkdir ~/a && touch ~/a/b && ls ~/a && uname -n");
  CHECK_MESSAGE(there.out == "b\nh1\n", there);
  const auto packed = sh(hosts, "h0", "cd /tmp && echo text >file && tar czf - file | ssh h1 'tar xzf - && cat file'");
  CHECK_MESSAGE(packed.out == "text\n", packed);
  const auto missing =
      ssh(hosts, "h0", "h1",
          "for name in python3 perl gcc g++ ldd bash ip nft; do command -v $name; done\n"
          "for lib in /lib/*/libzmq* /lib/*/libstdc++* /usr/local/*; do test -e $lib && echo $lib; done\n"
          "ls -A /usr/include");
  CHECK_MESSAGE(missing.out.empty(), missing);
  CHECK(sh(hosts, "h0", "ls /lib/*/libstdc++.so.6").status == 0);
}

TEST_CASE("NamespaceHosts: signals and ends pass through") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts hosts({.hosts = 0});
  Process trapped(
      hosts.on("h0", {"sh", "-c", "trap 'echo caught; exit 3' INT; echo up; while sleep 0.01; do :; done"}));
  REQUIRE(wait_until([&] { return trapped.out() == "up\n"; }));
  ::kill(-trapped.pid(), SIGINT);
  CHECK(trapped.wait().out == "up\ncaught\n");
  CHECK(trapped.wait().status == 3);
  CHECK(sh(hosts, "h0", "kill -9 $$").signal == SIGKILL);
  Process killed(hosts.on("h0", {"sleep", "1000"}));
  REQUIRE(wait_until(
      [&] { return hosts.processes("h0").size() == 1 && command_line(hosts.processes("h0")[0]) == "sleep 1000"; }));
  killed.signal(SIGKILL);
  CHECK(wait_until([&] { return hosts.processes("h0").empty(); }));
}

TEST_CASE("NamespaceHosts: two beds live side by side, and nothing of them is left") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts other({.hosts = 1});
  std::vector<pid_t> left;
  {
    NamespaceHosts hosts({.hosts = 1});
    Process ssh_process(hosts.on("h0", ssh_words("h1", "trap '' HUP TERM; setsid sleep 1000 & echo up; wait")));
    REQUIRE(wait_until([&] { return ssh_process.out() == "up\n"; }));
    left = hosts.processes("h1");
    CHECK(left.size() >= 2);
    CHECK(other.processes("h1").empty());
    hosts.freeze("h1");  // which must not keep it alive
  }
  for (const pid_t pid : left) CHECK(command_line(pid).empty());
  CHECK(ssh(other, "h0", "h1", "uname -n").out == "h1\n");
}

TEST_CASE("the bed of a killed test" * doctest::skip()) {
  const NamespaceHosts hosts({.hosts = 1});
  Process sleeper(hosts.on("h0", ssh_words("h1", "setsid sleep 1000 >/dev/null & echo up; wait")));
  REQUIRE(wait_until([&] { return sleeper.out() == "up\n"; }));
  std::puts("up");
  std::fflush(stdout);
  sleeper.wait();
}

TEST_CASE("NamespaceHosts: with a killed test, its hosts vanish") {
  if (!NamespaceHosts::are_possible()) return;
  const TempDir folder;
  Process test({.argv = {std::filesystem::read_symlink("/proc/self/exe"), "--no-skip",
                         "--test-case=the bed of a killed test", "--no-intro"},
                .env = {{"TMPDIR", folder.path()}}});
  REQUIRE(wait_until([&] { return test.out().find("up\n") != std::string::npos; }));
  const auto all = processes_below(test.pid());
  CHECK(all.size() > 8);  // switch, two hosts with sshd, ssh, its connection, sleep
  test.signal(SIGKILL);
  CHECK(wait_until([&] { return std::ranges::all_of(all, [](pid_t pid) { return command_line(pid).empty(); }); }));
}
