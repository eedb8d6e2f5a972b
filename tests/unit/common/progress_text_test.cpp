#include "common/progress/progress_text.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace scoop;
using namespace std::chrono_literals;

namespace {

control::MapProgress map_of(const std::string& label, std::uint64_t done, std::uint64_t total, double seconds) {
  return {{}, 1, label, done, total, static_cast<std::int64_t>(seconds * 1e6), false};
}
std::string running(const control::MapProgress& map, Duration since = 0s, std::size_t columns = 200) {
  return running_text(map, since, columns);
}

}  // namespace

TEST_CASE("A map that runs tells what is done, how fast it goes and how long it still takes") {
  CHECK(running(map_of("squares", 0, 100, 7)) == "squares 0/100");
  CHECK(running(map_of("squares", 25, 100, 10)) == "squares 25/100, 2.5/s, 30 s left");
  CHECK(running(map_of("squares", 100, 100, 10)) == "squares 100/100, 10/s");
  CHECK(running(map_of("read", 1200, 0, 2)) == "read 1200, 600/s");
}

TEST_CASE("The time that is left goes on when nothing is told, and is not shown when it is over") {
  const auto map = map_of("slow", 25, 100, 10);
  CHECK(running(map, 12s) == "slow 25/100, 2.5/s, 18 s left");
  CHECK(running(map, 29500ms) == "slow 25/100, 2.5/s, 1 s left");
  CHECK(running(map, 30s) == "slow 25/100, 2.5/s");
}

TEST_CASE("A map that has ended tells how long it took") {
  CHECK(ended_text(map_of("squares", 100, 100, 0.25)) == "squares 100/100, 400/s, 0.2 s");
  CHECK(ended_text(map_of("squares", 100, 100, 0)) == "squares 100/100, 0.0 s");
  CHECK(ended_text(map_of("cancelled", 3, 100, 130)) == "cancelled 3/100, 1.4/min, 2 min 10 s");
}

TEST_CASE("Rates and times have few digits and the unit that fits") {
  CHECK(rate_text(0) == "0.0/h");
  CHECK(rate_text(0.001) == "3.6/h");
  CHECK(rate_text(0.5) == "30/min");
  CHECK(rate_text(1) == "1.0/s");
  CHECK(rate_text(9.96) == "10/s");
  CHECK(rate_text(9999) == "9999/s");
  CHECK(rate_text(12'345) == "12k/s");
  CHECK(rate_text(3.14e6) == "3140k/s");
  CHECK(rate_text(3.14e9) == "3140M/s");
  CHECK(duration_text(0s) == "0 s");
  CHECK(duration_text(59s) == "59 s");
  CHECK(duration_text(60s) == "1 min");
  CHECK(duration_text(130s) == "2 min 10 s");
  CHECK(duration_text(3h + 5min + 59s) == "3 h 5 min");
  CHECK(duration_text(52h) == "2 d 4 h");
}

TEST_CASE("Numbers as large as they can be are no harm") {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  CHECK(running(map_of("x", 1, most, 1000)) == "x 1/18446744073709551615, 3.6/h");
  CHECK(running(map_of("x", most, most, 1)) == "x 18446744073709551615/18446744073709551615, 18446744074G/s");
}

TEST_CASE("What has no room is cut: the label first, then the numbers") {
  const auto map = map_of("a label of some length", 25, 100, 10);
  CHECK(running(map, 0s, 48) == "a label of some length 25/100, 2.5/s, 30 s left");
  CHECK(running(map, 0s, 40) == "a label of s... 25/100, 2.5/s, 30 s left");
  CHECK(running(map, 0s, 20) == "a label of some l...");
  CHECK(running(map_of("a", 25, 100, 10), 0s, 12) == "a 25/100,...");
  for (std::size_t columns = 0; columns < 60; ++columns) CHECK(running(map, 0s, columns).size() <= columns);
}

TEST_CASE("Text is cut between characters, whatever its bytes are") {
  const std::string accents = "\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82-";  // of two, three, four bytes and one
  CHECK(columns_of(accents) == 4);
  CHECK(cut(accents, 4) == accents);
  CHECK(cut(accents, 3) == accents.substr(0, 9));
  CHECK(cut(accents + accents, 5) == accents.substr(0, 5) + "...");
  const std::string broken = "\x82\xc3\xf0\x9f-\xff";
  CHECK(columns_of(broken) == 6);
  CHECK(cut(broken, 2) == "\x82\xc3");
  CHECK(cut(std::string(1'000'000, '\x82'), 100).size() == 100);
  CHECK(cut("", 0).empty());
  CHECK(cut("abc", 0).empty());
}
