// The API tests are a program for scoop-launch like any other: doctest runs in its `main`, on the origin worker, and
// the cases submit tasks. So nothing may be checked inside a task: it may run in another process.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <string_view>

#include "api/pool.hpp"

namespace scoop::test {
std::uint32_t workers_asked_for = 0;
}

int main(int argc, char** argv) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string_view(argv[i]) == "--workers")
      scoop::test::workers_asked_for = std::strtoul(argv[i + 1], nullptr, 10);
  }
  return doctest::Context(argc, argv).run();
}
