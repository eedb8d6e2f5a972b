// Progress labels over real sshd.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "integration/pool_run.hpp"
#include "support/lines.hpp"
#include "support/ssh_hosts.hpp"
#include "support/ssh_keys.hpp"

using namespace scoop::test;
using namespace std::chrono_literals;

TEST_CASE("Maps on ssh hosts, the origin's and those in tasks, have their lines where the launcher is") {
  if (!has_sshd()) return;
  SshHosts hosts({{"a"}, {"b"}});
  PoolRun run({"--ssh-executable", hosts.ssh(), "--hosts", "a:1,b:2", PROGRESS_PLUGIN, "nested"});
  const auto outcome = run.wait();
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "main is over\n");
  const auto lines = lines_of(outcome.err);
  const auto count = [&](const std::string& beginning) {
    return std::ranges::count_if(lines, [&](const auto& line) { return line.starts_with(beginning); });
  };
  CHECK(count("outer 8/8, ") == 1);
  CHECK(count("inner 10/10, ") == 8);
  CHECK(run.leaves_nothing());
  for (const std::string host : {"a", "b"}) {
    CHECK(wait_until([&] { return hosts.processes(host).empty(); }, 10s));
  }
}
