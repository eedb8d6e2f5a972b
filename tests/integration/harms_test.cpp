// Programs that harm the process they run in: what becomes of the task, of its worker and of the run. The manual's
// table in docs/errors.md says the same.
#include <doctest/doctest.h>
#include <signal.h>

#include "integration/pool_run.hpp"
#include "support/sanitized.hpp"

using namespace scoop::test;

namespace {

const std::string sum_of_squares = "332833500\n";

Outcome run(const std::string& where, const std::string& how) {
  PoolRun pool({"-q", "-n", "3", HARMS_PLUGIN, where, how});
  auto outcome = pool.wait();
  CHECK(pool.leaves_nothing());
  return outcome;
}

/// A task of another worker does it; main then has a sum computed by those that are left.
void check_elsewhere(const std::string& how, const std::string& told) {
  const auto outcome = run("elsewhere", how);
  CAPTURE(how);
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == told + "\n" + sum_of_squares);
}

/// main does it, which then goes on.
void check_here(const std::string& how, const std::string& told) {
  const auto outcome = run("here", how);
  CAPTURE(how);
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == told + "\n" + sum_of_squares);
}

/// main does it, and that is the end.
Outcome check_end(const std::string& how, int status) {
  const auto outcome = run("here", how);
  CAPTURE(how);
  CAPTURE(outcome);
  CHECK(outcome.status == status);
  CHECK(outcome.out == "");
  return outcome;
}

}  // namespace

TEST_CASE("A task that ends its worker by itself is WorkerLost, with the way it ended, and the run goes on") {
  for (const auto* how : {"exit", "_exit", "quick_exit"}) check_elsewhere(how, "lost: ended with exit status 3");
  check_elsewhere("exec", "lost: ended with exit status 0");
  for (const auto* how : {"abort", "terminate"}) check_elsewhere(how, "lost: killed by signal 6 (Aborted)");
}

TEST_CASE("What a task of another worker printed arrives, however its worker ends") {
  const auto outcome = run("elsewhere", "print");
  CAPTURE(outcome);
  CHECK(outcome.out.find("a last line\n") != std::string::npos);
  CHECK(outcome.out.find("lost: ended with exit status 3\n") != std::string::npos);
}

TEST_CASE("What a later attempt throws says which it was") {
  const TempDir folder;
  const auto outcome = run("elsewhere", "once:" + (folder / "begun"));
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("OwnError: not the first (task int (*)(") != std::string::npos);
  CHECK(outcome.out.ends_with("@127.0.0.1, attempt 2)\n" + sum_of_squares));
}

TEST_CASE("A main that ends its process gives the run its status") {
  for (const auto* how : {"exit", "_exit", "quick_exit"}) check_end(how, 3);
  check_end("exec", 0);
  for (const auto* how : {"abort", "terminate"}) {
    const auto outcome = check_end(how, 128 + SIGABRT);
    CHECK(outcome.err.find("The origin was killed by signal 6 (Aborted).") != std::string::npos);
  }
}

TEST_CASE("system(), another current directory and closed standard streams are a task's own business") {
  check_elsewhere("system", "gave 3");
  check_here("system", "gave 3");
  check_elsewhere("chdir", "gave 0");
  check_here("chdir", "gave 0");
  check_elsewhere("close-standard", "gave 0");
  const auto outcome = run("here", "close-standard");
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "");
}

TEST_CASE("A destructor that throws is an exception like others, where the language lets it be one") {
  for (const auto* how : {"destructor", "result"}) {
    check_elsewhere(how, "threw: thrown by a destructor");
    check_here(how, "threw: thrown by a destructor");
  }
}

TEST_CASE("Handlers for all signals, and one that comes every millisecond, keep no worker from its work" *
          doctest::skip(is_sanitized)) {
  check_elsewhere("signals", "gave 0");
  check_here("signals", "gave 0");
}

TEST_CASE("Who closes the descriptors that scoop needs loses its process, and nobody else's" *
          doctest::skip(is_sanitized)) {
  const auto outcome = run("elsewhere", "close");
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.out.starts_with("lost: "));
  CHECK(outcome.out.ends_with("\n" + sum_of_squares));
  const auto end = run("here", "close");
  CAPTURE(end);
  CHECK((end.status == 125 || end.status == 128 + SIGABRT));  // who finds out first: we, or libzmq, which aborts
  CHECK(!end.err.empty());
}

TEST_CASE("Who closes the way to its daemon is told so, and leaves the run as it is") {
  const std::string told = " ends: the program closed a file descriptor of scoop's; let it close its own only";
  const auto elsewhere = run("elsewhere", "close-channel");
  CAPTURE(elsewhere);
  CHECK(elsewhere.status == 0);
  CHECK(elsewhere.out == "lost: ended with exit status 125\n" + sum_of_squares);
  CHECK(elsewhere.err.find(told) != std::string::npos);
  const auto here = check_end("close-channel", 125);
  CHECK(here.err.find("scoop: w0@127.0.0.1" + told) != std::string::npos);
}
