#include "launcher/run_record.hpp"

#include <doctest/doctest.h>

using namespace scoop;
using namespace std::chrono_literals;

namespace {

RunRecord some_run() {
  RunRecord run;
  run.command = {"scoop-launch", "-n", "2", "./a b.so", "", "line\nend"};
  run.folder = "/home/me/a \\ folder\n";
  run.pid = 4711;
  run.start = SystemTime(1795657502123456us);
  return run;
}

}  // namespace

TEST_CASE("A run's record comes back as it was, however far it got") {
  auto text = begin_lines(some_run());
  auto read = parse_run_record(text);
  REQUIRE(read);
  CHECK(read->command == some_run().command);
  CHECK(read->folder == some_run().folder);
  CHECK(read->pid == 4711);
  CHECK(read->start == some_run().start);
  CHECK(read->directory == "");
  CHECK(read->hosts.empty());
  CHECK_FALSE(read->broker);
  CHECK_FALSE(read->end);

  text += directory_line("/tmp/run 1") + hosts_line({{"127.0.0.1", 2}}) +
          broker_line({SystemTime(1795657502200000us), "127.0.0.1:4711"}) +
          end_lines({SystemTime(1795657503000000us), 3, "failed"});
  read = parse_run_record(text);
  REQUIRE(read);
  CHECK(read->directory == "/tmp/run 1");
  REQUIRE(read->hosts.size() == 1);
  CHECK(read->hosts[0].name == "127.0.0.1");
  CHECK(read->hosts[0].workers == 2);
  REQUIRE(read->broker);
  CHECK(read->broker->since == SystemTime(1795657502200000us));
  CHECK(read->broker->place == "127.0.0.1:4711");
  REQUIRE(read->end);
  CHECK(read->end->time == SystemTime(1795657503000000us));
  CHECK(read->end->status == 3);
  CHECK(read->end->outcome == "failed");
}

TEST_CASE("Hosts that are named again replace those before") {
  const auto read =
      parse_run_record(begin_lines(some_run()) + hosts_line({{"a", 2}}) + hosts_line({{"node 7", 8}, {"b", 1}}));
  REQUIRE(read);
  REQUIRE(read->hosts.size() == 2);
  CHECK(read->hosts[0].name == "node 7");
  CHECK(read->hosts[0].workers == 8);
  CHECK(read->hosts[1].name == "b");
}

TEST_CASE("A line without its end counts for nothing, and no record is none") {
  const auto whole = begin_lines(some_run()) + end_lines({SystemTime(1795657503000000us), 0, "done"});
  REQUIRE(parse_run_record(whole)->end);
  CHECK_FALSE(parse_run_record(whole.substr(0, whole.size() - 1))->end);
  CHECK_FALSE(parse_run_record(""));
  CHECK_FALSE(parse_run_record("version: 1\n"));
  CHECK_FALSE(parse_run_record("any\nlines: of\n: text"));
  CHECK(parse_run_record(begin_lines(some_run()) + "colour: blue\nno key\n"));
}

TEST_CASE("Values of variables that the command line gives are left out") {
  auto run = some_run();
  run.command = {"scoop-launch", "--env", "A=secret", "--env=B=secret", "--env", "C", "./a.so", "x=y"};
  const auto text = begin_lines(run);
  CHECK(text.find("secret") == std::string::npos);
  CHECK(parse_run_record(text)->command ==
        std::vector<std::string>{"scoop-launch", "--env", "A=...", "--env=B=...", "--env", "C", "./a.so", "x=y"});
}
