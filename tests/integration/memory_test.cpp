// What large ranges take of memory: no process more than is promised.
#include <doctest/doctest.h>

#include <cstdlib>

#include "integration/pool_run.hpp"
#include "support/contents.hpp"

using namespace scoop::test;

namespace {

/// The most that a process ever had in memory.
std::size_t peak_bytes(pid_t pid) {
  const std::string status = contents("/proc/" + std::to_string(pid) + "/status");
  const auto at = status.find("VmHWM:");
  return at == std::string::npos ? 0 : std::strtoul(status.c_str() + at + 6, nullptr, 10) * 1024;
}

}  // namespace

TEST_CASE("Ranges of a thousand million, of ten million and without end stay under 200 MB in every process") {
  const long reduced = 1'000'000'000;
  const long mapped = 10'000'000;
  Command command;
  command.keep_input_open = true;
  command.limit = std::chrono::minutes(2);
  PoolRun pool({"-q", "-n", "2", MEMORY_PLUGIN, std::to_string(reduced), std::to_string(mapped)}, std::move(command));
  REQUIRE(wait_until([&] { return pool.process().out().ends_with("done\n") || !pool.process().is_running(); },
                     std::chrono::minutes(2)));
  const auto family = pool.process().family();
  CHECK(family.size() >= 5);  // launcher, broker, daemon and two workers
  for (const pid_t pid : family) {
    CAPTURE(command_line(pid));
    CHECK(peak_bytes(pid) < 200'000'000);
  }
  pool.process().close_input();
  const auto outcome = pool.wait();
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == std::to_string(reduced * (reduced - 1)) + "\n" + std::to_string(mapped * (mapped - 1)) + "\n" +
                           std::to_string(2 * (mapped - 1)) + "\ndone\n");
}
