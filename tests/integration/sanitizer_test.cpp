// Programs compiled with a sanitizer, for a scoop that is not.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "integration/pool_run.hpp"

using namespace scoop::test;

namespace {

struct Mistake {
  std::string sanitizer;  // as in -fsanitize
  std::string report;
};

const Mistake mistakes[] = {{"address", "AddressSanitizer: heap-use-after-free"},
                            {"undefined", "runtime error: signed integer overflow"},
                            {"thread", "ThreadSanitizer: data race"}};

std::string plugin(const std::string& compiler, const std::string& sanitizer) {
  return SANITIZED_PLUGINS "/" + compiler + "_" + sanitizer + ".so";
}

/// Not what this machine's symbolizer, if it is missing, has to say.
Command without_symbols() {
  Command command;
  command.env["TSAN_OPTIONS"] = command.env["ASAN_OPTIONS"] = "symbolize=0";
  command.limit = std::chrono::seconds(60);
  return command;
}

}  // namespace

TEST_CASE("A program with a sanitizer runs without a false report, and what it starts has nothing of it") {
  for (const std::string compiler : {"gcc", "clang"}) {
    for (const auto& [sanitizer, report] : mistakes) {
      PoolRun run({"-q", "-n", "3", plugin(compiler, sanitizer)}, without_symbols());
      const auto outcome = run.wait();
      CAPTURE(compiler);
      CAPTURE(sanitizer);
      CAPTURE(outcome);
      CHECK(outcome.status == 0);
      CHECK(outcome.out == "255 10\npreloaded: \n");
      CHECK(outcome.err == "");
      CHECK(run.leaves_nothing());
    }
  }
}

TEST_CASE("A sanitizer reports what is wrong in a task") {
  for (const std::string compiler : {"gcc", "clang"}) {
    for (const auto& [sanitizer, report] : mistakes) {
      PoolRun run({"-q", "-n", "1", plugin(compiler, sanitizer), sanitizer}, without_symbols());
      const auto outcome = run.wait();
      CAPTURE(compiler);
      CAPTURE(sanitizer);
      CAPTURE(outcome);
      CHECK(outcome.err.find(report) != std::string::npos);
      CHECK(run.leaves_nothing());
    }
  }
}

TEST_CASE("A program with MemorySanitizer is refused") {
  PoolRun run({"-q", "-n", "2", plugin("clang", "memory")});
  const auto outcome = run.wait();
  CHECK(outcome.status == 2);
  CHECK(outcome.err ==
        "scoop-launch: " + plugin("clang", "memory") +
            " was compiled with -fsanitize=memory, which needs every library compiled so: compile without\n");
}

TEST_CASE("A sanitizer's runtime joins what the user preloads, and passes through a wrapper") {
  auto command = without_symbols();
  command.env["LD_PRELOAD"] = "libm.so.6";
  PoolRun run({"-q", "-n", "2", "--wrap", "env", plugin("gcc", "address")}, command);
  const auto outcome = run.wait();
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "255 10\npreloaded: libm.so.6\n");
  CHECK(outcome.err == "");
}
