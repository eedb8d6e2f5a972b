#include "launcher/quantity.hpp"

#include <doctest/doctest.h>

using namespace scoop;
using namespace std::chrono_literals;

TEST_CASE("parse_count takes whole numbers and nothing else") {
  CHECK(parse_count("0") == 0);
  CHECK(parse_count("18446744073709551615") == 18446744073709551615u);
  for (const auto* wrong : {"", " 1", "1 ", "+1", "-1", "0x10", "1e3", "18446744073709551616"}) {
    CHECK_FALSE(parse_count(wrong));
  }
}

TEST_CASE("parse_bytes knows powers of 1024") {
  CHECK(parse_bytes("65536") == 65536);
  CHECK(parse_bytes("512K") == 524288);
  CHECK(parse_bytes("8M") == 8388608);
  CHECK(parse_bytes("1G") == 1073741824);
  for (const auto* wrong : {"", "K", "8m", "8MB", "8 M", "-8M", "99999999999999G"}) CHECK_FALSE(parse_bytes(wrong));
}

TEST_CASE("parse_duration means seconds unless it is told") {
  CHECK(parse_duration("30") == 30s);
  CHECK(parse_duration("30s") == 30s);
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("2m") == 2min);
  for (const auto* wrong : {"", "s", "5h", "1.5s", "-1", "9999999999s"}) CHECK_FALSE(parse_duration(wrong));
}

TEST_CASE("parse_fraction lies between 0 and 1") {
  CHECK(parse_fraction("0") == 0.0);
  CHECK(parse_fraction("0.25") == 0.25);
  CHECK(parse_fraction("1") == 1.0);
  for (const auto* wrong : {"", "1.01", "-0.1", "nan", "0.5x"}) CHECK_FALSE(parse_fraction(wrong));
}
