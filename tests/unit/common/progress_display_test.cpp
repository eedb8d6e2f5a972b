#include "common/progress/progress_display.hpp"

#include <doctest/doctest.h>

#include "support/screen.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

constexpr TerminalState no_terminal;
constexpr TerminalState terminal{true, true, 5, 40};
const WorkerId origin{0, 0, 1};
const WorkerId other{0, 1, 1};

struct Bench {
  ProgressDisplay display;
  TimePoint now = TimePoint(1000s);

  void tell(std::uint64_t map, const std::string& label, std::uint64_t done, std::uint64_t total, Duration elapsed,
            WorkerId owner = origin, bool is_over = false) {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count();
    display.on_progress({owner, map, label, done, total, us, is_over}, now);
  }
  void tell_end(std::uint64_t map, const std::string& label, std::uint64_t done, std::uint64_t total,
                Duration elapsed) {
    tell(map, label, done, total, elapsed, origin, true);
  }
  /// All that is written until then.
  std::string run_for(Duration time, const TerminalState& where = no_terminal) {
    std::string written;
    const auto end = now + time;
    while (display.next_deadline() <= end) {
      now = std::max(now, display.next_deadline());
      written += display.update(now, where);
    }
    now = end;
    return written;
  }
};

}  // namespace

TEST_CASE("Where there is no terminal, each map has a line every 5 s and one at its end") {
  Bench bench;
  bench.tell(1, "first", 0, 100, 0s);
  CHECK(bench.run_for(4900ms).empty());
  bench.tell(1, "first", 10, 100, 4900ms);
  CHECK(bench.run_for(200ms) == "first 10/100, 2.0/s, 44 s left\n");
  bench.tell(1, "first", 20, 100, 5100ms);
  CHECK(bench.run_for(4500ms).empty());
  CHECK(bench.run_for(500ms) == "first 20/100, 3.9/s, 16 s left\n");
  bench.tell_end(1, "first", 100, 100, 12s);
  CHECK(bench.run_for(0s) == "first 100/100, 8.3/s, 12 s\n");
  CHECK(bench.run_for(60s).empty());
  CHECK(bench.display.next_deadline() == never);
}

TEST_CASE("Without a terminal a map that ends sooner has its one line, and several have theirs") {
  Bench bench;
  bench.tell(1, "short", 0, 10, 0s);
  bench.tell_end(1, "short", 10, 10, 2s);
  CHECK(bench.run_for(0s) == "short 10/10, 5.0/s, 2.0 s\n");
  bench.tell(2, "one", 0, 10, 0s);
  bench.tell(2, "two", 0, 10, 0s, other);
  CHECK(bench.run_for(5s) == "one 0/10\ntwo 0/10\n");
}

TEST_CASE("On a terminal the last row shows what runs, and output passes above it") {
  Bench bench;
  Screen screen(5, 40);
  screen.write("$ run\r\n");
  bench.tell(1, "squares", 0, 100, 0s);
  screen.write(bench.run_for(199ms, terminal));
  CHECK(screen.last_row().empty());
  screen.write(bench.run_for(10ms, terminal));
  CHECK(screen.last_row() == "squares 0/100");
  screen.write("a\r\nb\r\nno end of li");
  bench.tell(1, "squares", 25, 100, 10s);
  screen.write(bench.run_for(100ms, terminal));
  CHECK(screen.last_row() == "squares 25/100, 2.5/s, 30 s left");
  screen.write("ne\r\nc\r\nd\r\ne\r\n");
  screen.write(bench.run_for(2s, terminal));
  CHECK(screen.last_row() == "squares 25/100, 2.5/s, 28 s left");
  screen.write("f\r\ng\r\n");
  bench.tell_end(1, "squares", 100, 100, 20s);
  screen.write(bench.run_for(100ms, terminal));
  CHECK(screen.is_whole());
  CHECK(screen.all() == std::vector<std::string>{"$ run", "a", "b", "no end of line", "c", "d", "e", "f", "g",
                                                 "squares 100/100, 5.0/s, 20 s"});
}

TEST_CASE("A cursor on the last row makes room for the line, and keeps its column") {
  Bench bench;
  Screen screen(5, 40);
  screen.write("1\r\n2\r\n3\r\n4\r\nha");
  bench.tell(1, "x", 0, 9, 1s);
  screen.write(bench.run_for(0s, terminal));
  screen.write("lf\r\n");
  CHECK(screen.last_row() == "x 0/9");
  screen.write(bench.display.hide());
  CHECK(screen.all() == std::vector<std::string>{"1", "2", "3", "4", "half"});
}

TEST_CASE("Several maps share the line as far as it reaches, the origin's first") {
  Bench bench;
  Screen screen(5, 40);
  bench.tell(7, "inner", 5, 10, 1s, other);
  bench.tell(1, "outer", 1, 10, 1s);
  screen.write(bench.run_for(0s, terminal));
  CHECK(screen.last_row() == "outer 1/10, 1.0/s, 9 s left | inner 5...");
  bench.tell_end(1, "outer", 10, 10, 2s);
  screen.write(bench.run_for(100ms, terminal));
  CHECK(screen.last_row() == "inner 5/10, 5.0/s, 1 s left");
  for (std::uint64_t map = 100; map < 5000; ++map) bench.tell(map, "many", 0, 1, 1s, other);
  CHECK(bench.run_for(100ms, terminal).size() < 200);
}

TEST_CASE("The line keeps to the terminal's width, also when that changes") {
  Bench bench;
  bench.tell(1, "a long label that has no room", 25, 100, 10s);
  for (const int columns : {1, 7, 20, 40, 33}) {
    const TerminalState narrow{true, true, 5, static_cast<std::uint16_t>(columns)};
    Screen screen(5, columns);
    screen.write(bench.run_for(1s, narrow));
    CAPTURE(columns);
    CHECK(screen.row(3).empty());
    CHECK(screen.last_row().size() <= static_cast<std::size_t>(columns));
    CHECK(screen.last_row().substr(0, 1) == "a");
  }
}

TEST_CASE("A terminal that is another job's is left alone, until it is ours again") {
  Bench bench;
  Screen screen(5, 40);
  const TerminalState others{true, false, 5, 40};
  bench.tell(1, "x", 1, 9, 1s);
  screen.write(bench.run_for(0s, terminal));
  REQUIRE(screen.last_row() == "x 1/9, 1.0/s, 8 s left");
  screen.write(bench.display.hide());
  CHECK(bench.run_for(3s, others).empty());
  CHECK(screen.is_whole());
  screen.write(bench.run_for(1s, terminal));
  CHECK(screen.last_row().substr(0, 5) == "x 1/9");
}

TEST_CASE("Maps of workers that are lost, and all at the run's end, have their last line") {
  Bench bench;
  bench.tell(1, "lost", 3, 10, 1s, other);
  bench.tell(1, "away", 4, 10, 1s, {3, 0, 1});
  bench.tell(1, "own", 5, 10, 1s);
  bench.display.on_lost(other);
  CHECK(bench.run_for(0s) == "lost 3/10, 3.0/s, 1.0 s\n");
  bench.display.on_host_lost(3);
  CHECK(bench.run_for(0s) == "away 4/10, 4.0/s, 1.0 s\n");
  bench.display.on_end();
  CHECK(bench.run_for(0s) == "own 5/10, 5.0/s, 1.0 s\n");
  CHECK(bench.display.next_deadline() == never);
}

TEST_CASE("A flood of news is drawn ten times a second") {
  Bench bench;
  int draws = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    bench.tell(1, "x", i, 1000, std::chrono::milliseconds(i));
    if (!bench.run_for(1ms, terminal).empty()) ++draws;
  }
  CHECK(draws >= 7);
  CHECK(draws <= 10);
}
