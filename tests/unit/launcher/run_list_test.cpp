#include "launcher/run_list.hpp"

#include <doctest/doctest.h>

#include <ctime>

#include "support/variable.hpp"

using namespace scoop;
using namespace std::chrono_literals;

namespace {

const SystemTime some_time(1795657502123456us);  // 2026-11-26 01:45:02 UTC

ListedRun some_run(const std::string& id, std::vector<RunHost> hosts, std::vector<std::string> words) {
  RunRecord record;
  record.start = some_time;
  record.hosts = std::move(hosts);
  record.command = std::move(words);
  return {id, record, false};
}

}  // namespace

TEST_CASE("Runs are listed in columns, one line each, whatever their words have") {
  const scoop::test::Variable zone("TZ", "UTC");
  ::tzset();
  auto ended = some_run("20261126-014502-4711", {{"127.0.0.1", 2}}, {"scoop-launch", "-n", "2", "./a b.so"});
  ended.record.end = RunEnd{some_time + 350ms, 0, "done"};
  auto failed = some_run("20261126-014502-471", {{"a", 2}, {"b", 3}, {"c", 4}}, {"scoop-launch", "two\nlines\x1b"});
  failed.record.end = RunEnd{some_time + 65s, 3, "failed"};
  auto running = some_run("20261126-014502-47", {{"a", 1}, {"b\n", 0}}, {"scoop-launch"});
  running.is_alive = true;
  const auto died = some_run("20261126-014502-4", {}, {"scoop-launch"});
  CHECK(
      list_lines({ended, failed, running, died}) ==
      "20261126-014502-4711  2026-11-26 01:45:02  0.35 s      done      2 workers on 127.0.0.1  scoop-launch -n 2 './a "
      "b.so'\n"
      "20261126-014502-471   2026-11-26 01:45:02  1 min 05 s  failed 3  9 workers on 3 hosts    scoop-launch "
      "'two\\nlines\\x1b'\n"
      "20261126-014502-47    2026-11-26 01:45:02  running     -         1 worker on a, b\\n      scoop-launch\n"
      "20261126-014502-4     2026-11-26 01:45:02  ?           died      no workers              scoop-launch\n");
  CHECK(list_lines({}) == "");
}

TEST_CASE("Durations are told in units that fit") {
  CHECK(duration_text(0s) == "0.00 s");
  CHECK(duration_text(9'999ms) == "9.99 s");
  CHECK(duration_text(10'990ms) == "10.9 s");
  CHECK(duration_text(60s) == "1 min 00 s");
  CHECK(duration_text(59min + 59s) == "59 min 59 s");
  CHECK(duration_text(1h) == "1 h 00 min");
  CHECK(duration_text(23h + 59min) == "23 h 59 min");
  CHECK(duration_text(24h + 60min) == "1 d 01 h");
}
