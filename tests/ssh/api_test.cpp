// The API tests as a run over two hosts: the same cases, whose tasks travel by way of encrypted connections.
#include <doctest/doctest.h>

#include "integration/pool_run.hpp"
#include "support/ssh_hosts.hpp"
#include "support/ssh_keys.hpp"

using namespace scoop::test;

TEST_CASE("The API is the same over two hosts") {
  if (!has_sshd()) return;
  SshHosts hosts({{"a"}, {"b"}});
  Command command;
  command.limit = std::chrono::minutes(4);
  PoolRun pool(
      {"-q", "--ssh-executable", hosts.ssh(), "--hosts", "a:2,b:2", API_TESTS, "--no-intro=true", "--workers", "4"},
      std::move(command));
  const auto outcome = pool.wait();
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("| 0 failed |") != std::string::npos);
}
