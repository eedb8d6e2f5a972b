// Shared constants over real sshd.
#include <doctest/doctest.h>

#include "integration/pool_run.hpp"
#include "support/ssh_hosts.hpp"
#include "support/ssh_keys.hpp"

using namespace scoop::test;
using namespace std::chrono_literals;

TEST_CASE("Constants come to the workers of ssh hosts, and from them, and leave nothing there") {
  if (!has_sshd()) return;
  SshHosts hosts({{"a"}, {"b"}});
  const TempDir folder;
  PoolRun run({"-q", "--ssh-executable", hosts.ssh(), "--hosts", "127.0.0.1:1,a:2,b:1", CONSTANTS_PLUGIN, "hosts",
               folder.path(), "4"});
  const auto outcome = run.wait();
  CHECK_MESSAGE(outcome.status == 0, outcome);
  for (const std::string worker : {"w0@127.0.0.1", "w1@a", "w2@a", "w3@b"}) {
    CHECK_MESSAGE(outcome.out.find(worker + " right\n") != std::string::npos, outcome);
  }
  CHECK(run.leaves_nothing());
  for (const std::string host : {"a", "b"}) {
    CHECK(wait_until([&] { return hosts.processes(host).empty(); }, 10s));
  }
}
