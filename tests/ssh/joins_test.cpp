#include "integration/fleet.hpp"
#include "support/ssh_hosts.hpp"
#include "support/ssh_keys.hpp"

using namespace scoop::test;
using namespace std::chrono_literals;

TEST_CASE("A host joins a run over real sshd, where nothing is installed, and leaves without loss") {
  if (!has_sshd()) return;
  SshHosts hosts({{"a"}, {"b"}});
  Fleet fleet({"--hosts", "a:1"}, hosts.ssh());
  const auto added = fleet.ask({"add-host", "b:2"});
  CHECK_MESSAGE(added.status == 0, added);
  CHECK(wait_until([&] { return fleet.tasks_of("b") > 0; }));
  const auto listed = fleet.ask({"hosts"});
  CHECK_MESSAGE(listed.status == 0, listed);
  CHECK_MESSAGE(listed.out.find("w2@b") != std::string::npos, listed);
  const auto removed = fleet.ask({"remove-host", "b"});
  CHECK_MESSAGE(removed.status == 0, removed);
  CHECK(wait_until([&] { return hosts.processes("b").empty(); }, 10s));
  fleet.finish();
  CHECK(wait_until([&] { return hosts.processes("a").empty(); }, 10s));
}
