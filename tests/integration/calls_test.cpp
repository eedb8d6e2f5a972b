// What a program may call from where, and how it ends.
#include <doctest/doctest.h>

#include <algorithm>

#include "integration/pool_run.hpp"
#include "support/lines.hpp"

using namespace scoop::test;

namespace {

long count(const std::string& text, const std::string& line) {
  const auto lines = lines_of(text);
  return std::count(lines.begin(), lines.end(), line);
}

Outcome run_with(const std::string& variable, const std::vector<std::string>& words) {
  Command command;
  if (!variable.empty()) command.env[variable] = "1";
  PoolRun run(words, command);
  auto outcome = run.wait();
  CHECK(run.leaves_nothing());
  return outcome;
}

const std::string foreign =
    "scoop: called from a thread that does not run tasks; call it from main or from a task, and give threads of your "
    "own "
    "no scoop calls";
const std::string too_early_or_late =
    "scoop: called before main began or after it returned (in a static initialiser or destructor); call it from main "
    "or "
    "from a task";

}  // namespace

TEST_CASE("Every call from a thread of the program's own is refused, in main and in tasks") {
  const auto outcome = run_with("", {"-q", "-n", "2", CALLS_PLUGIN, "threads"});
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  for (const auto* call : {"submit", "map", "mapReduce"}) CHECK(count(outcome.out, call + (": " + foreign)) == 2);
  for (const auto* call : {"result", "done", "exception", "get"}) {
    CHECK(count(outcome.out, call + (": " + foreign)) == 1);
  }
  CHECK(lines_of(outcome.out).size() == 10);
}

#ifdef CALLS_OPENMP
TEST_CASE("In an OpenMP region only the thread that runs main may call scoop") {
  const auto outcome = run_with("", {"-q", "-n", "2", CALLS_PLUGIN, "openmp"});
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(count(outcome.out, "region: " + foreign) == 2);
  CHECK(count(outcome.out, "region: accepted") == 1);
}
#endif

TEST_CASE("Calls in static initialisers and destructors are refused, in every worker") {
  for (const auto* when : {"CALLS_AT_INIT", "CALLS_AT_EXIT"}) {
    const auto outcome = run_with(when, {"-q", "-n", "3", CALLS_PLUGIN});
    CAPTURE(when);
    CAPTURE(outcome);
    CHECK(outcome.status == 0);
    for (const auto* call : {"submit", "map", "mapReduce"}) {
      CHECK(count(outcome.out, call + (": " + too_early_or_late)) == 3);
    }
    const bool is_end = when == std::string("CALLS_AT_EXIT");
    CHECK(count(outcome.out, "made in main: " + too_early_or_late) == is_end);
    CHECK(lines_of(outcome.out).size() == (is_end ? 10 : 9));
  }
}

TEST_CASE("A call in a static initialiser that nobody catches ends the run, with its sentence") {
  const auto outcome = run_with("CALLS_UNCAUGHT", {"-q", "-n", "2", CALLS_PLUGIN});
  CAPTURE(outcome);
  CHECK(outcome.status == 134);
  CHECK(outcome.err.find(too_early_or_late) != std::string::npos);
}

TEST_CASE("Unfinished tasks are abandoned and counted in one warning") {
  for (const auto& [tasks, words] : {std::pair("1", "1 task was not finished when the program ended"),
                                     std::pair("7", "7 tasks were not finished when the program ended")}) {
    const auto outcome = run_with("", {"-n", "1", CALLS_PLUGIN, "abandon", tasks});
    CAPTURE(outcome);
    CHECK(outcome.status == 3);
    const auto lines = lines_of(outcome.err);
    CHECK(std::ranges::count_if(lines, [](const auto& line) { return line.find("WARNING") != std::string::npos; }) ==
          1);
    CHECK(outcome.err.find(words) != std::string::npos);
  }
  CHECK(run_with("", {"-q", "-n", "1", CALLS_PLUGIN, "abandon", "7"}).err == "");
}

TEST_CASE("A task that another worker has when main returns is counted, too") {
  const TempDir folder;
  const auto outcome = run_with("", {"-n", "2", CALLS_PLUGIN, "leave", folder.path() / "begun"});
  CAPTURE(outcome);
  CHECK(outcome.status == 3);
  CHECK(outcome.err.find("1 task was not finished when the program ended") != std::string::npos);
}

TEST_CASE("Every worker runs handlers and destructors, and flushes its output") {
  const auto outcome = run_with("CALLS_LAST_WORDS", {"-q", "-n", "3", CALLS_PLUGIN});
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.err == "");
  CHECK(count(outcome.out, "a handler's") == 3);
  CHECK(count(outcome.out, "a destructor's") == 3);
}
