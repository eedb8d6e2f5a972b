#include <doctest/doctest.h>

#include "hosts/on_hosts.hpp"
#include "support/contents.hpp"
#include "support/namespace_hosts.hpp"
#include "support/wait_until.hpp"

using namespace scoop::test;

// The faults of the bed: what they do is what tests of the launcher build on.

namespace {

/// A host that counts in its /tmp/count and on its standard output.
const std::string counting = "i=0; while sleep 0.01; do i=$((i + 1)); echo $i >>/tmp/count; echo $i; done";

}  // namespace

TEST_CASE("NamespaceHosts: a crash ends all on a host and tells nobody") {
  if (!NamespaceHosts::are_possible()) return;
  NamespaceHosts hosts({.hosts = 2});
  Process quiet(hosts.on("h0", ssh_words("h1", "setsid sleep 1000 & echo $!; cat")));
  auto watching = ssh_words("h1", "echo up; cat");
  watching.insert(watching.begin() + 1, {"-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=2"});
  auto command = hosts.on("h0", watching);
  command.keep_input_open = true;
  Process watcher(command);
  REQUIRE(wait_until([&] { return watcher.out() == "up\n" && !quiet.out().empty(); }));
  const auto before = hosts.processes("h1");
  CHECK(before.size() >= 2);

  hosts.crash("h1");
  CHECK(hosts.processes("h1").empty());
  for (const pid_t pid : before) CHECK(command_line(pid).empty());
  const auto told = watcher.wait();  // by its own counting, not by the host
  CHECK_MESSAGE(says(told, "Timeout, server h1 not responding"), told);
  CHECK(ssh(hosts, "h0", "h1", "true", SshPatience::briefly).status == 255);
  CHECK(ssh(hosts, "h0", "h2", "true").status == 0);
}

TEST_CASE("NamespaceHosts: a frozen host stands still, and goes on") {
  if (!NamespaceHosts::are_possible()) return;
  NamespaceHosts hosts({.hosts = 1});
  Process counter(hosts.on("h0", ssh_words("h1", counting)));
  const auto count = [&] { return contents(hosts.root("h1") / "tmp/count"); };
  REQUIRE(wait_until([&] { return count().size() > 20; }));

  hosts.freeze("h1");
  const auto frozen = count();
  const auto refused =
      ssh(hosts, "h0", "h1", "true", SshPatience::briefly);  // takes its second, in which nothing is counted
  CHECK_MESSAGE(says(refused, "timed out during banner exchange"), refused);
  CHECK(count() == frozen);
  CHECK(counter.is_running());

  hosts.thaw("h1");
  CHECK(wait_until([&] { return count().size() > frozen.size() + 20; }));
  CHECK(ssh(hosts, "h0", "h1", "true").status == 0);
}

TEST_CASE("NamespaceHosts: a cut host lives on unheard, and what was said comes after the healing") {
  if (!NamespaceHosts::are_possible()) return;
  NamespaceHosts hosts({.hosts = 2});
  Process counter(hosts.on("h0", ssh_words("h1", counting)));
  REQUIRE(wait_until([&] { return counter.out().size() > 20; }));

  hosts.cut("h1");
  const auto unreachable = ssh(hosts, "h0", "h1", "true", SshPatience::briefly);
  CHECK_MESSAGE(unreachable.status == 255, unreachable);
  const auto heard = counter.out();
  CHECK(ssh(hosts, "h2", NamespaceHosts::address6("h1"), "true", SshPatience::briefly).status == 255);
  CHECK(counter.out() == heard);
  CHECK(counter.is_running());
  CHECK(contents(hosts.root("h1") / "tmp/count").size() > heard.size());
  CHECK(sh(hosts, "h1", "cat /sys/class/net/eth0/carrier || ip link show eth0").out.find("NO-CARRIER") ==
        std::string::npos);

  hosts.heal("h1");
  CHECK(wait_until([&] { return counter.out().size() > heard.size() + 20; }));
}

TEST_CASE("NamespaceHosts: a firewall between two hosts leaves the others alone") {
  if (!NamespaceHosts::are_possible() || !NamespaceHosts::can_drop()) return;
  NamespaceHosts hosts({.hosts = 2});
  hosts.drop("h2", "h1");
  for (const auto& target : {NamespaceHosts::address("h1"), NamespaceHosts::address6("h1")}) {
    const auto dropped = ssh(hosts, "h2", target, "true", SshPatience::briefly);
    CHECK_MESSAGE(says(dropped, "Connection timed out"), dropped);
    CHECK(ssh(hosts, "h0", target, "true").status == 0);
  }
}
