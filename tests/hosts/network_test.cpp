// The ways between hosts: firewalls, IPv6, addresses and ports as the user gives them.
#include <doctest/doctest.h>

#include <fstream>

#include "hosts/hosts_run.hpp"

using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

void check_squares(const Outcome& outcome, const std::string& names) {
  CHECK_MESSAGE(outcome.out == "at work: " + names + "\nall is right\n", outcome);
  CHECK_MESSAGE(outcome.status == 4, outcome);
}

}  // namespace

TEST_CASE("A firewall between two hosts: what they have for each other goes by the broker") {
  if (!NamespaceHosts::are_possible() || !NamespaceHosts::can_drop()) return;
  NamespaceHosts hosts({.hosts = 2});
  hosts.drop("h1", "h2");
  hosts.drop("h2", "h1");
  const auto begin = std::chrono::steady_clock::now();
  check_squares(run(launch(hosts, {"--hosts", "h1:1,h2:1", AWAY_PLUGIN, "squares"})), "h1 h2");
  const auto time = std::chrono::steady_clock::now() - begin;
  CHECK(time < 15s);
}

TEST_CASE("Hosts are reached by their IPv6 addresses, also with a port") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts hosts({.hosts = 2});
  std::ofstream(hosts.root("h0") / "tmp/hosts.txt")
      << "h0 1\n[" << NamespaceHosts::address6("h1") << "]:22 1\n[" << NamespaceHosts::address6("h2") << "] slots=1\n";
  check_squares(run(launch(hosts, {"--hosts", "/tmp/hosts.txt", AWAY_PLUGIN, "squares"})), "h0 h1 h2");
}

TEST_CASE("The hosts reach the broker where the user says") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts hosts({.hosts = 1});
  Process holder(hosts.on("h0", {"python3", "-c",
                                 "import socket, time\n"
                                 "s = socket.create_server(('', 5000))\nprint('up', flush=True)\ntime.sleep(1000)"}));
  REQUIRE(wait_for_output(holder, "up\n"));
  const std::vector<std::vector<std::string>> wheres{{"--address", NamespaceHosts::address("h0")},
                                                     {"--address", NamespaceHosts::address6("h0")},
                                                     {"--interface", "eth0"}};
  for (auto words : wheres) {
    words.insert(words.end(), {"-v", "--port", "5000-5001", "--hosts", "h0:1,h1:1", AWAY_PLUGIN, "squares"});
    const auto outcome = run(launch(hosts, words));
    check_squares(outcome, "h0 h1");
  }
  const auto taken = run(launch(hosts, {"--port", "5000", "--hosts", "h0:1,h1:1", AWAY_PLUGIN, "squares"}));
  CHECK_MESSAGE(taken.status == 2, taken);
  CHECK_MESSAGE(says(taken, "5000"), taken);
}
