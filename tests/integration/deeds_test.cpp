// What programs do to the processes they run in, and what becomes of the run.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "integration/pool_run.hpp"
#include "support/sanitized.hpp"

using namespace scoop::test;

namespace {

// At a child's exit LeakSanitizer takes for leaks what the threads hold that the child does not have.
constexpr bool looks_for_leaks = has_address_sanitizer;

Outcome run(std::vector<std::string> options, std::vector<std::string> deed) {
  options.emplace_back(DEEDS_PLUGIN);
  options.insert(options.end(), deed.begin(), deed.end());
  PoolRun pool(std::move(options));
  const auto outcome = pool.wait();
  CHECK(pool.leaves_nothing());
  return outcome;
}

}  // namespace

TEST_CASE("A task finds half a stack at least, however deep the tasks that wait for it") {
  const auto outcome = run({"-q", "-n", "1"}, {"descend"});
  CAPTURE(outcome);
  CHECK(outcome.out == "200\n");
  CHECK(outcome.err.empty());
}

TEST_CASE("Tasks get as much stack as --stack-size says, also where main runs") {
  for (const std::string workers : {"1", "2"}) {
    const auto outcome = run({"-q", "-n", workers, "--stack-size", "64M"}, {"fill"});
    CAPTURE(outcome);
    CHECK(outcome.out == "3\n");
  }
}

TEST_CASE("Workers that have nothing to say are not taken for dead, however short --lost-after is") {
  const auto outcome = run({"-n", "3", "--lost-after", "300ms"}, {"idle", "1000"});
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "285\n");
  CHECK(outcome.err.find("taken for dead") == std::string::npos);
}

TEST_CASE("A child made by fork() in a task ends as any process does, and is no worker") {
  const auto repeat = [](const std::string& status) {
    std::string all;
    for (int i = 0; i < 20; ++i) all += status + " ";
    return all;
  };
  std::map<std::string, std::string> statuses{{"exit", "3"}, {"log", "4"}, {"call", "5"}, {"return", "125"}};
  if (looks_for_leaks) statuses.erase("exit");
  for (const auto& [how, status] : statuses) {
    CAPTURE(how);
    const auto outcome = run({"-q", "-n", "3"}, {"fork", how});
    CHECK(outcome.status == 0);
    CHECK(outcome.out == repeat(status));
    const bool is_told = outcome.err.find("fork()") != std::string::npos;
    CHECK(is_told == (how == "call" || how == "return"));
    CHECK(outcome.err.find("from a child") == std::string::npos);  // -q
  }
}

TEST_CASE("A child made by fork() in main ends with what it returns" * doctest::skip(looks_for_leaks)) {
  const auto outcome = run({"-n", "2"}, {"fork-main"});
  CAPTURE(outcome);
  CHECK(outcome.status == 7);
  CHECK(outcome.err.find("WARNING") == std::string::npos);
}

TEST_CASE("A log line of any length arrives, in parts") {
  const auto outcome = run({"-q", "-n", "2"}, {"log", "17"});
  CHECK(outcome.status == 0);
  CHECK(outcome.err.find("WARNING") == std::string::npos);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), 'x') == 2 * (17 << 20));
}

TEST_CASE("What a static destructor logs is not lost") {
  CHECK(run({"-q", "-n", "1"}, {"late"}).err == "scoop: a last word\n");
}

// Sanitizers have their own words for a full stack, and need descriptors of their own.
TEST_CASE("A worker that has no descriptor left for its connections says so, and goes on when it has" *
          doctest::skip(is_sanitized)) {
  const TempDir folder;
  const std::string go = folder / "go";
  PoolRun pool({"-n", "2", DEEDS_PLUGIN, "hold", go});
  CHECK(wait_until([&] { return pool.process().err().find("Too many open files") != std::string::npos; }));
  std::ofstream(go) << "go";
  const auto outcome = pool.wait();
  CAPTURE(outcome);
  CHECK(outcome.out == "328350\n");
  CHECK(outcome.err.find("ulimit -n") != std::string::npos);
}

TEST_CASE("A process that used up its stack says so before it dies" * doctest::skip(is_sanitized)) {
  const auto outcome = run({"-q", "-n", "1"}, {"recurse"});
  CAPTURE(outcome);
  CHECK(outcome.status == 128 + SIGSEGV);
  CHECK(outcome.err.find("used up its stack") != std::string::npos);
  CHECK(outcome.err.find("--stack-size") != std::string::npos);
}
