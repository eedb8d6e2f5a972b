// Shared constants over the life of workers and hosts.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "integration/local_ssh.hpp"
#include "integration/pool_run.hpp"

using namespace scoop::test;

namespace {

// Of the numbers that the program sets.
const std::string sum = "137439215616";

struct Constants {
  TempDir folder;
  TempDir state;

  Command command(std::vector<std::string> argv = {}) const {
    Command command{.argv = std::move(argv)};
    command.env["XDG_STATE_HOME"] = state.path();
    return command;
  }
};

}  // namespace

TEST_CASE("A constant outlives the worker that set it, and its task may set it again") {
  const Constants given;
  PoolRun run({"-q", "-n", "2", CONSTANTS_PLUGIN, "dies", given.folder.path()}, given.command());
  const auto outcome = run.wait();
  CHECK_MESSAGE(outcome.status == 0, outcome);
  CHECK_MESSAGE(outcome.out == sum + " 1\n", outcome);
  CHECK(run.leaves_nothing());
}

TEST_CASE("Constants come to the workers of other hosts, and from them") {
  const Constants given;
  PoolRun run({"-q", "--hosts", "127.0.0.1:1,a:2,b:1", "--ssh-executable", local_ssh(given.state), CONSTANTS_PLUGIN,
               "hosts", given.folder.path(), "4"},
              given.command());
  const auto outcome = run.wait();
  CHECK_MESSAGE(outcome.status == 0, outcome);
  for (const std::string worker : {"w0@127.0.0.1", "w1@a", "w2@a", "w3@b"}) {
    CHECK_MESSAGE(outcome.out.find(worker + " right\n") != std::string::npos, outcome);
  }
  CHECK(run.leaves_nothing());
}

TEST_CASE("A constant stays when the only host that has it leaves") {
  const Constants given;
  PoolRun run({"-q", "--hosts", "127.0.0.1:1,a:1", "--ssh-executable", local_ssh(given.state), CONSTANTS_PLUGIN, "kept",
               given.folder.path()},
              given.command());
  REQUIRE(run.wait_for_output("set by w1@a\n"));
  const auto removed = scoop::test::run(given.command({SCOOP_LAUNCH, "remove-host", "a"}));
  CHECK_MESSAGE(removed.status == 0, removed);
  std::ofstream(given.folder.path() / "left").flush();
  const auto outcome = run.wait();
  CHECK_MESSAGE(outcome.status == 0, outcome);
  CHECK_MESSAGE(outcome.out == "set by w1@a\n" + sum + "\n", outcome);
  CHECK(run.leaves_nothing());
}

TEST_CASE("The workers of a host that joins late get what was set before") {
  const Constants given;
  PoolRun run({"-q", "--hosts", "127.0.0.1:1", "--ssh-executable", local_ssh(given.state), CONSTANTS_PLUGIN, "hosts",
               given.folder.path(), "2"},
              given.command());
  REQUIRE(wait_until([&] { return std::filesystem::exists(given.folder / "w0@127.0.0.1"); }));
  const auto added = scoop::test::run(given.command({SCOOP_LAUNCH, "add-host", "a:1"}));
  CHECK_MESSAGE(added.status == 0, added);
  const auto outcome = run.wait();
  CHECK_MESSAGE(outcome.status == 0, outcome);
  CHECK_MESSAGE(outcome.out.find("w1@a right\n") != std::string::npos, outcome);
  CHECK(run.leaves_nothing());
}

TEST_CASE("More constants than the daemon may open files are refused in a sentence, and the run goes on") {
  const Constants given;
  const TempDir runtime;
  auto command = given.command(
      {"/bin/sh", "-c", "ulimit -n 100; exec \"$0\" \"$@\"", SCOOP_LAUNCH, "-q", "-n", "1", CONSTANTS_PLUGIN, "many"});
  command.env["SCOOP_RUNTIME_DIR"] = runtime.path();
  Process process(command);
  const auto outcome = process.wait();
  CHECK_MESSAGE(outcome.status == 0, outcome);
  CHECK_MESSAGE(
      outcome.out.ends_with("cannot be set: the host's daemon may not open more files; raise their number with "
                            "ulimit -n\n0\n"),
      outcome);
  CHECK(process.family().empty());
  CHECK(std::filesystem::is_empty(runtime.path()));
}
