#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>

#include "support/temp_dir.hpp"

int main(int argc, char** argv) {
  const scoop::test::TempDir state;  // the runs that tests start leave their logs there, and not in anybody's home
  ::setenv("XDG_STATE_HOME", state.path().c_str(), 1);
  return doctest::Context(argc, argv).run();
}
