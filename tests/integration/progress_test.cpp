// What is shown of maps with a progress label, on a terminal and elsewhere.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "integration/pool_run.hpp"
#include "support/lines.hpp"
#include "support/screen.hpp"
#include "support/terminal.hpp"

using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

/// A map that lasts so long is drawn.
constexpr auto not_short = 250ms;

/// How many lines begin so.
long count(const std::vector<std::string>& lines, const std::string& beginning) {
  return std::ranges::count_if(lines, [&](const auto& line) { return line.starts_with(beginning); });
}

/// A job on a terminal whose elements wait for files, and what its screen shows.
struct TerminalRun {
  TempDir folder;
  Terminal terminal;
  Screen screen{10, 60};
  std::size_t read = 0;

  TerminalRun(std::vector<std::string> words, const std::string& kind = "xterm") : terminal(words, environment(kind)) {
    terminal.resize(10, 60);
  }
  std::vector<std::string> environment(const std::string& kind) const {
    std::filesystem::create_directory(folder.path() / "run");
    return {"SCOOP_RUNTIME_DIR=" + (folder.path() / "run").string(), "PROGRESS_FILES=" + folder.path().string(),
            "TERM=" + kind};
  }
  void make_file(const std::string& name) { std::ofstream(folder.path() / name) << ""; }

  /// Waits until the screen, read as a terminal does, is like that.
  template <class Is>
  bool shows(Is is) {
    return wait_until([&] {
      terminal.shows("");  // reads what is there
      screen.write(std::string_view(terminal.screen()).substr(read));
      read = terminal.screen().size();
      return is();
    });
  }
  bool shows_below(const std::string& beginning) {
    const bool is_there = shows([&] { return screen.last_row().starts_with(beginning); });
    INFO(screen.last_row());
    CHECK(is_there);
    return is_there;
  }
  bool shows_above(const std::string& line) {
    return shows([&] { return std::ranges::count(screen.all(), line) > 0; });
  }
};

std::vector<std::string> launched(std::vector<std::string> words) {
  words.insert(words.begin(), SCOOP_LAUNCH);
  return words;
}

Outcome run_progress(std::vector<std::string> options, const std::vector<std::string>& words) {
  options.insert(options.end(), PROGRESS_PLUGIN);
  options.insert(options.end(), words.begin(), words.end());
  const TempDir folder;
  Command command;
  command.env["PROGRESS_FILES"] = folder.path();
  PoolRun run(options, command);
  auto outcome = run.wait();
  CHECK(run.leaves_nothing());
  return outcome;
}

void check_every_call(const std::vector<std::string>& lines) {
  for (const auto* label :
       {"map", "of nothing", "chunks of 7", "map_as_completed", "mapReduce", "from 1", "mapReduce_async", "mapScan"}) {
    CAPTURE(label);
    CHECK(count(lines, std::string(label) + " 1000/1000, ") == 1);
  }
  CHECK(count(lines, "reproducible 10001/10001, ") == 1);
  CHECK(count(lines, "mapScan of one 1/1, ") == 1);
  CHECK(count(lines, "stream 5, ") == 1);
  CHECK(count(lines, "endless ") == 1);
  CHECK(count(lines, "failing ") == 1);
  CHECK(count(lines, "failing 1000/1000") == 0);
  CHECK(count(lines, "cancelled ") == 1);
  CHECK(count(lines, "empty") == 0);
  CHECK(count(lines, "submit") == 0);
}

}  // namespace

TEST_CASE("Where standard error is no terminal, each call has a line at its end, of all its elements") {
  for (const auto* workers : {"1", "3"}) {
    const auto outcome = run_progress({"-n", workers}, {"every"});
    CAPTURE(outcome);
    CHECK(outcome.status == 0);
    CHECK(outcome.out == "main is over\n");
    check_every_call(lines_of(outcome.err));
  }
}

TEST_CASE("A process without a pool shows the same by itself") {
  const TempDir folder;
  const auto outcome = run({.argv = {PROGRESS_PROGRAM, "every"}, .env = {{"PROGRESS_FILES", folder.path()}}});
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "main is over\n");
  check_every_call(lines_of(outcome.err));
}

TEST_CASE("With -q nothing is shown") {
  const auto outcome = run_progress({"-q", "-n", "2"}, {"every"});
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
}

TEST_CASE("Maps in tasks of all workers have their lines") {
  const auto outcome = run_progress({"-n", "3"}, {"nested"});
  CAPTURE(outcome);
  const auto lines = lines_of(outcome.err);
  CHECK(count(lines, "outer 8/8, ") == 1);
  CHECK(count(lines, "inner 10/10, ") == 8);
}

TEST_CASE("A label is one line of some length, whatever it has") {
  const auto outcome = run_progress({"-n", "2"}, {"odd"});
  CAPTURE(outcome.status);
  const auto lines = lines_of(outcome.err);
  CHECK(count(lines, "a\\x1b[2J\\r\\n\\\\\xff\xc3\xa9 3/3, ") == 1);
  CHECK(count(lines, std::string(97, 'x') + "... 3/3, ") == 1);
  CHECK(outcome.err.size() < 5000);
}

TEST_CASE("A map that nobody waits for has its line when the run ends") {
  const auto outcome = run_progress({"-n", "1"}, {"abandon"});
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(count(lines_of(outcome.err), "left 0/9, ") == 1);
}

TEST_CASE("On a terminal the last row shows a map, and no output gets into it") {
  TerminalRun run(launched({"-n", "3", PROGRESS_PLUGIN, "files", "30"}));
  REQUIRE(run.shows_below("files 0/30"));
  for (int i = 0; i < 15; ++i) run.make_file(std::to_string(i));
  // How many are counted then depends on who has which.
  CHECK(run.shows([&] { return !run.screen.last_row().starts_with("files 0/30"); }));
  CHECK(run.screen.last_row().find("/30, ") != std::string::npos);
  for (int i = 15; i < 30; ++i) run.make_file(std::to_string(i));
  CHECK(run.shows_above("main is over"));
  CHECK(run.terminal.job_event() == "exited 0");
  CHECK(run.shows([&] { return run.screen.is_whole(); }));
  const auto lines = run.screen.all();
  CHECK(count(lines, "files ") == 1);
  CHECK(count(lines, "files 30/30, ") == 1);
  for (int i = 0; i < 30; ++i) {
    // The whole line, as the task wrote it.
    const auto written = std::to_string(i) + " is there, on w";
    CAPTURE(written);
    CHECK(std::ranges::count_if(lines, [&](const auto& line) {
            return line.starts_with(written) && line.ends_with("@127.0.0.1") && line.size() == written.size() + 11;
          }) == 1);
  }
}

TEST_CASE("The line follows the terminal's size") {
  TerminalRun run(launched({"-n", "1", PROGRESS_PLUGIN, "files", "2"}));
  REQUIRE(run.shows_below("files 0/2"));
  run.terminal.resize(6, 7);
  run.screen = Screen(6, 7);
  run.screen.write("\n\n\n\n");
  CHECK(run.shows_below("file..."));
  for (const auto* name : {"0", "1"}) run.make_file(name);
  CHECK(run.terminal.job_event() == "exited 0");
  CHECK(run.shows([&] { return run.screen.is_whole(); }));
}

TEST_CASE("A run that is interrupted gives the terminal back") {
  TerminalRun run(launched({"-n", "2", PROGRESS_PLUGIN, "files", "9"}));
  REQUIRE(run.shows_below("files 0/9"));
  run.terminal.type("\x03");
  CHECK(run.terminal.job_event() == "exited 130");
  CHECK(run.shows([&] { return run.screen.is_whole(); }));
  CHECK(run.screen.last_row().empty());
}

TEST_CASE("A run that is stopped gives the terminal back, and takes it again") {
  TerminalRun run(launched({"-n", "2", PROGRESS_PLUGIN, "files", "2"}));
  REQUIRE(run.shows_below("files 0/2"));
  run.terminal.type("\x1a");
  REQUIRE(run.terminal.job_event() == "stopped");
  CHECK(run.shows([&] { return run.screen.is_whole(); }));
  CHECK(run.screen.last_row().empty());
  run.terminal.continue_job();
  CHECK(run.shows_below("files 0/2"));
  for (const auto* name : {"0", "1"}) run.make_file(name);
  CHECK(run.terminal.job_event() == "exited 0");
}

TEST_CASE("An origin that dies, and a launcher that is killed, leave the terminal whole") {
  TerminalRun died(launched({"-n", "2", PROGRESS_PLUGIN, "raise", "9"}));
  REQUIRE(died.shows_below("left 0/9"));
  died.make_file("end");
  CHECK(died.terminal.job_event() == "exited 137");
  CHECK(died.shows([&] { return died.screen.is_whole(); }));
  CHECK(died.screen.last_row().empty());

  TerminalRun killed(launched({"-n", "2", PROGRESS_PLUGIN, "files", "9"}));
  REQUIRE(killed.shows_below("files 0/9"));
  ::kill(killed.terminal.job(), SIGKILL);
  CHECK(killed.terminal.job_event() == "killed 9");
  CHECK(killed.shows([&] { return killed.screen.is_whole(); }));
}

TEST_CASE("A process without a pool draws the line, and gives the terminal back when it ends or is interrupted") {
  TerminalRun run({PROGRESS_PROGRAM, "files", "4"});
  run.make_file("0");
  REQUIRE(run.shows_above("0 is there, on w0@localhost"));
  std::this_thread::sleep_for(not_short);  // it draws when an element is done
  run.make_file("1");
  REQUIRE(run.shows_below("files 2/4, "));
  for (const auto* name : {"2", "3"}) run.make_file(name);
  CHECK(run.terminal.job_event() == "exited 0");
  CHECK(run.shows([&] { return run.screen.is_whole(); }));
  CHECK(count(run.screen.all(), "files 4/4, ") == 1);

  TerminalRun interrupted({PROGRESS_PROGRAM, "files", "4"});
  interrupted.make_file("0");
  REQUIRE(interrupted.shows_above("0 is there, on w0@localhost"));
  std::this_thread::sleep_for(not_short);
  interrupted.make_file("1");
  REQUIRE(interrupted.shows_below("files 2/4, "));
  interrupted.terminal.type("\x03");
  CHECK(interrupted.terminal.job_event() == "killed 2");
  CHECK(interrupted.shows([&] { return interrupted.screen.is_whole(); }));
}

TEST_CASE("A terminal that can do nothing gets lines") {
  TerminalRun run(launched({"-n", "2", PROGRESS_PLUGIN, "files", "1"}), "dumb");
  run.make_file("0");
  CHECK(run.terminal.job_event() == "exited 0");
  CHECK(run.terminal.shows("files 1/1, "));
  CHECK(run.terminal.screen().find('\x1b') == std::string::npos);
}
