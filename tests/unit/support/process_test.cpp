#include "support/process.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <fstream>

#include "support/contents.hpp"
#include "support/temp_dir.hpp"
#include "support/wait_until.hpp"

using namespace std::chrono_literals;
using namespace scoop::test;

TEST_CASE("Process gives its outputs and its exit status") {
  const auto outcome = run({.argv = {"sh", "-c", "echo one; echo two >&2; exit 7"}});
  CHECK(outcome.status == 7);
  CHECK(outcome.signal == 0);
  CHECK(outcome.out == "one\n");
  CHECK(outcome.err == "two\n");
}

TEST_CASE("Process passes arguments, environment, directory and input on") {
  const TempDir dir;
  const auto outcome = run({.argv = {"sh", "-c", "echo \"$1\" \"$COLOUR\" \"$(pwd)\"; cat", "sh", "a  b"},
                            .env = {{"COLOUR", "green"}},
                            .input = "some input",
                            .directory = dir.path()});
  CHECK(outcome.out == "a  b green " + dir.path().string() + "\nsome input");
}

TEST_CASE("Process survives a program that does not read its input") {
  const auto outcome = run({.argv = {"true"}, .input = std::string(10'000'000, 'x')});
  CHECK(outcome.status == 0);
}

TEST_CASE("Process reads outputs larger than a pipe while they are written") {
  const auto outcome = run({.argv = {"head", "-c", "5000000", "/dev/zero"}});
  CHECK(outcome.out.size() == 5'000'000);
}

TEST_CASE("Process tells by which signal it ended") {
  Process process({.argv = {"cat"}, .keep_input_open = true});
  process.signal(SIGTERM);
  const auto outcome = process.wait();
  CHECK(outcome.status == -1);
  CHECK(outcome.signal == SIGTERM);
}

TEST_CASE("Process takes input while it runs") {
  Process process({.argv = {"cat"}, .keep_input_open = true});
  process.write("first\n");
  CHECK(wait_until([&] { return process.out() == "first\n"; }, 10s));
  process.write("second\n");
  process.close_input();
  CHECK(process.wait().out == "first\nsecond\n");
}

TEST_CASE("Process kills the whole family when the limit has passed") {
  Process process({.argv = {"sh", "-c", "sleep 100 & setsid sleep 100 & wait"}, .limit = 100ms});
  const auto outcome = process.wait();
  CHECK(outcome.timed_out);
  CHECK(outcome.signal == SIGKILL);
  CHECK(process.family().empty());
}

TEST_CASE("Process does not wait for children that hold its outputs, and still finds them") {
  Process process({.argv = {"sh", "-c", "setsid sleep 100 & echo started"}});
  CHECK(process.wait().out == "started\n");
  const auto left = process.family();
  REQUIRE(left.size() == 1);
  CHECK(wait_until([&] { return command_line(left[0]) == "sleep 100"; }, 10s));
}

TEST_CASE("Process that cannot be started throws") {
  CHECK_THROWS_AS(run({.argv = {"/nonexistent/program"}}), std::system_error);
}

TEST_CASE("contents of a file end where it cannot be read on") {
  CHECK(contents("/proc/self/mem").empty());  // nothing is mapped at its first byte
  CHECK(contents("/nonexistent").empty());
  CHECK(contents("/proc/self/comm") == "support_tests\n");
}

TEST_CASE("TempDir is removed with its contents") {
  std::filesystem::path path;
  {
    const TempDir dir;
    path = dir.path();
    std::filesystem::create_directory(path / "below");
    std::ofstream(path / "below" / "file") << "text";
  }
  CHECK_FALSE(std::filesystem::exists(path));
}
