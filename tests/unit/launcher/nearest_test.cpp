#include "launcher/nearest.hpp"

#include <doctest/doctest.h>

using scoop::edit_distance;
using scoop::nearest;

TEST_CASE("edit_distance counts insertions, removals and changes") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("--ship-all", "--shipall") == 1);
}

TEST_CASE("nearest prefers the name whose beginning was written") {
  CHECK(nearest("--stack", {"-v", "--ship-all", "--stack-size"}) == "--stack-size");
  CHECK(nearest("--versoin", {"-v", "--verbose", "--version"}) == "--version");
  CHECK(nearest("--x", {}) == "");
}
