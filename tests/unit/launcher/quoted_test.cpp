#include "launcher/quoted.hpp"

#include <doctest/doctest.h>

using namespace scoop;

TEST_CASE("quoted shows text as it is, within its limit") {
  CHECK(quoted("") == "\"\"");
  CHECK(quoted("n[1-4] ä") == "\"n[1-4] ä\"");
  CHECK(quoted("abc", 3) == "\"abc\"");
  CHECK(quoted("abcd", 3) == "\"abc...\"");
}

TEST_CASE("quoted lets nothing through that a terminal obeys") {
  CHECK(quoted("a\x1b[31m\n\x7f") == "\"a\\x1b[31m\\x0a\\x7f\"");
  CHECK(quoted(std::string_view("\0", 1)) == "\"\\x00\"");
}

TEST_CASE("quoted does not cut characters of UTF-8") {
  CHECK(quoted("aä", 2) == "\"a...\"");
  CHECK(quoted("aäb", 3) == "\"aä...\"");
}
