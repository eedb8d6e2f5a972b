// Places where there is little: few open files, little memory, folders that cannot be written.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <fstream>

#include "integration/pool_run.hpp"
#include "support/sanitized.hpp"

using namespace scoop::test;

namespace {

constexpr const char* result_of_work = "8890 2000 19900\n";

/// A run after `setup`, which is shell; `words` as in a shell.
struct LimitedRun {
  TempDir runtime;
  Outcome outcome;

  LimitedRun(const std::string& setup, const std::string& words) {
    Command command;
    command.argv = {"bash", "-c", setup + " && exec \"$SCOOP\" -q " + words, "bash"};
    command.env["SCOOP"] = SCOOP_LAUNCH;
    command.env["PLUGIN"] = CALLS_PLUGIN;
    command.env["SCOOP_RUNTIME_DIR"] = runtime.path();
    command.limit = std::chrono::seconds(60);
    outcome = run(command);
  }
};

void check_works(const std::string& setup, const std::string& words) {
  const LimitedRun run(setup, words);
  CAPTURE(setup);
  CAPTURE(run.outcome);
  CHECK(run.outcome.status == 0);
  CHECK(run.outcome.out == result_of_work);
  CHECK(run.outcome.err == "");
  CHECK(std::filesystem::is_empty(run.runtime.path()));
}

void check_refused(const std::string& setup, const std::string& words, const std::string& sentence) {
  const LimitedRun run(setup, words);
  CAPTURE(setup);
  CAPTURE(run.outcome);
  CHECK(run.outcome.status == 2);
  CHECK(run.outcome.out == "");
  CHECK(run.outcome.err == "scoop-launch: " + sentence + "\n");
  CHECK(std::filesystem::is_empty(run.runtime.path()));
}

}  // namespace

TEST_CASE("A pool that may open too few files is refused") {
  check_refused(
      "ulimit -n 16", "-n 2 \"$PLUGIN\" work",
      "open files are limited to 16, and a pool of 2 worker(s) needs 20: raise it with ulimit -n, or give fewer "
      "workers with -n");
  check_refused(
      "ulimit -n 32", "-n 8 \"$PLUGIN\" work",
      "open files are limited to 32, and a pool of 8 worker(s) needs 38: raise it with ulimit -n, or give fewer "
      "workers with -n");
}

// A sanitizer's runtime wants more address space than a limit leaves, and opens files of its own.
TEST_CASE("A pool that may open just enough files works" * doctest::skip(is_sanitized)) {
  check_works("ulimit -n 17", "-n 1 \"$PLUGIN\" work");
  check_works("ulimit -n 32", "-n 4 \"$PLUGIN\" work");
  check_works("ulimit -n 38", "-n 8 \"$PLUGIN\" work");
}

TEST_CASE("A limit of open files that may be raised is raised" * doctest::skip(is_sanitized)) {
  check_works("ulimit -Sn 20", "-n 6 \"$PLUGIN\" work");
}

TEST_CASE("Where address space is limited, stacks are smaller and fewer" * doctest::skip(is_sanitized)) {
  check_refused("ulimit -v 30000", "-n 2 \"$PLUGIN\" work",
                "address space is limited to 29 MiB, and a worker needs at least 64 MiB: raise it with ulimit -v");
  check_works("ulimit -v 66000", "-n 2 \"$PLUGIN\" work");
  check_works("ulimit -v 300000", "-n 2 \"$PLUGIN\" work");
  check_works("ulimit -v 300000", "-n 2 --stack-size 1G \"$PLUGIN\" work");
}

TEST_CASE("A task's stack is as large as the option says" * doctest::skip(is_sanitized)) {
  const auto dig_with = [](const std::string& option) {
    return LimitedRun("true", "-n 1 " + option + " \"$PLUGIN\" dig 12288");
  };
  const auto enough = dig_with("--stack-size 32M").outcome;
  CAPTURE(enough);
  CHECK(enough.status == 0);
  CHECK(enough.out == "12288\n");
  const auto too_little = dig_with("").outcome;  // 8 MiB
  CAPTURE(too_little);
  CHECK(too_little.status == 128 + SIGSEGV);
  CHECK(too_little.err.find("The origin was killed by signal 11") != std::string::npos);
}

TEST_CASE("A run needs no working directory that can be written, or is there at all") {
  check_works("cd /proc", "-n 2 \"$PLUGIN\" work");
  check_works("mkdir \"$SCOOP_RUNTIME_DIR/gone\" && cd \"$SCOOP_RUNTIME_DIR/gone\" && rmdir \"$PWD\"",
              "-n 2 \"$PLUGIN\" work");
}

TEST_CASE("A run works with paths that have spaces and other signs") {
  const TempDir folder;
  std::filesystem::create_directories(folder / "a b/runs here");
  std::filesystem::copy_file(CALLS_PLUGIN, folder / "a b/it's $HOME.so");
  Command command;
  command.argv = {SCOOP_LAUNCH, "-q", "-n", "2", "it's $HOME.so", "work"};
  command.directory = folder / "a b";
  command.env["SCOOP_RUNTIME_DIR"] = "runs here";
  const auto outcome = run(command);
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == result_of_work);
  CHECK(outcome.err == "");
}
