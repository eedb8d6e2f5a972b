#include <doctest/doctest.h>

#include "launcher/remote_command.hpp"
#include "support/explained.hpp"
#include "support/namespace_hosts.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

// What the machine's ssh says of hosts that are not there is understood.

namespace {

std::string failure_of(const NamespaceHosts& hosts, const std::string& host) {
  const auto outcome = run(hosts.on("h0", ssh_command({"ssh", 1s}, {host}, "exec true")));
  CHECK_MESSAGE(outcome.status == 255, outcome);
  const auto failure = explained({host}, outcome);
  CHECK_FALSE_MESSAGE(failure.is_worth_retry, failure.message);
  return failure.message;
}

}  // namespace

TEST_CASE("Unreachable hosts: each way of not being there has its sentence") {
  if (!NamespaceHosts::are_possible()) return;
  NamespaceHosts hosts({.hosts = 3});
  const auto nameless = failure_of(hosts, "nowhere");
  CHECK_MESSAGE(nameless.starts_with("nowhere: no machine of this name is known; correct the name"), nameless);
  const auto wayless = failure_of(hosts, "198.51.100.1");
  CHECK_MESSAGE(wayless.starts_with("198.51.100.1: no way leads there; "), wayless);

  CHECK(run(hosts.on("h0", ssh_command({"ssh", 10s}, {"h1"}, "exec true"))).status == 0);
  hosts.cut("h1");
  const auto cut = failure_of(hosts, "h1");
  CHECK_MESSAGE(cut.starts_with("h1: it does not answer; check that the name is right"), cut);
  hosts.freeze("h2");
  const auto frozen = failure_of(hosts, "h2");
  CHECK_MESSAGE(frozen.starts_with("h2: it takes connections, but its sshd does not answer; "), frozen);
  hosts.crash("h3");
  const auto crashed = failure_of(hosts, "h3");
  CHECK_MESSAGE(crashed.starts_with("h3: it does not answer; "), crashed);
}
