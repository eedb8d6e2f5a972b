// Runs on a terminal: what is typed there, and jobs that are stopped and continued.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "support/terminal.hpp"
#include "support/wait_until.hpp"

using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

struct TerminalRun {
  TempDir runtime;
  Terminal terminal;
  explicit TerminalRun(std::vector<std::string> words)
      : terminal(with_launcher(std::move(words)), {"SCOOP_RUNTIME_DIR=" + runtime.path().string()}) {}

  static std::vector<std::string> with_launcher(std::vector<std::string> words) {
    words.insert(words.begin(), SCOOP_LAUNCH);
    return words;
  }
  bool leaves_nothing() const {
    return wait_until([&] { return std::filesystem::is_empty(runtime.path()); }, 2s);
  }
};

/// Field 3 and 4 of /proc/PID/stat; the name before them has no blanks here.
struct Stat {
  char state = '?';
  pid_t parent = 0;
};

Stat stat_of(pid_t pid) {
  Stat stat;
  std::string skipped;
  std::ifstream("/proc/" + std::to_string(pid) + "/stat") >> skipped >> skipped >> stat.state >> stat.parent;
  return stat;
}

/// The states of the processes below the launcher, as "SSSS".
std::string states_below(pid_t launcher) {
  std::string states;
  std::error_code ended;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ended)) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 0) continue;
    const auto stat = stat_of(pid);
    if (stat.parent == launcher || stat_of(stat.parent).parent == launcher) states += stat.state;
  }
  return states;
}

}  // namespace

TEST_CASE("The origin is on the terminal, in the foreground") {
  TerminalRun run({"-q", "-n", "2", ACTS_PLUGIN, "terminal"});
  CHECK(run.terminal.shows("1 1 1 foreground"));
  CHECK(run.terminal.job_event() == "exited 0");
}

TEST_CASE("What is typed reaches main") {
  TerminalRun run({"-q", "-n", "2", ACTS_PLUGIN, "copy"});
  run.terminal.type("hello\n\x04");
  CHECK(run.terminal.shows("hello\r\nhello\r\n"));  // the echo, and the copy
  CHECK(run.terminal.job_event() == "exited 0");
}

TEST_CASE("Ctrl-C ends a run once, with 130") {
  TerminalRun run({"-n", "3", ACTS_PLUGIN, "wait"});
  REQUIRE(run.terminal.shows("begun"));
  run.terminal.type("\x03");
  CHECK(run.terminal.job_event() == "exited 130");
  CHECK(run.terminal.shows("Finished cleaning spawned subprocesses."));
  CHECK(run.terminal.screen().find("ERROR") == std::string::npos);
  CHECK(run.leaves_nothing());
}

TEST_CASE("A second Ctrl-C ends at once what ignores the first") {
  TerminalRun run({"-n", "3", ACTS_PLUGIN, "deaf"});
  REQUIRE(run.terminal.shows("begun"));
  const auto begin = std::chrono::steady_clock::now();
  run.terminal.type("\x03");
  REQUIRE(run.terminal.shows("Got signal 2"));
  run.terminal.type("\x03");
  CHECK(run.terminal.job_event() == "exited 130");
  CHECK(std::chrono::steady_clock::now() - begin < 1900ms);
  CHECK(run.leaves_nothing());
}

TEST_CASE("Ctrl-Z stops every process of a run, and fg continues it") {
  TerminalRun run({"-n", "3", ACTS_PLUGIN, "wait"});
  REQUIRE(run.terminal.shows("begun"));
  run.terminal.type("\x1a");
  REQUIRE(run.terminal.job_event() == "stopped");
  // Broker, daemon and three workers. The daemon has nothing to do, but stays awake for its lease.
  const auto count_stopped = [&] {
    const auto states = states_below(run.terminal.job());
    return std::count(states.begin(), states.end(), 'T');
  };
  CHECK(wait_until([&] { return count_stopped() == 4; }));
  run.terminal.continue_job();
  CHECK(wait_until([&] { return count_stopped() == 0; }));
  run.terminal.type("\x03");
  CHECK(run.terminal.job_event() == "exited 130");
  CHECK(run.leaves_nothing());
}

TEST_CASE("A run whose terminal goes away ends") {
  TerminalRun run({"-n", "2", ACTS_PLUGIN, "wait"});
  REQUIRE(run.terminal.shows("begun"));
  const pid_t launcher = run.terminal.job();
  run.terminal.hang_up();
  CHECK(wait_until([&] { return stat_of(launcher).state == '?' || stat_of(launcher).state == 'Z'; }, 4s));
  CHECK(run.leaves_nothing());
}
