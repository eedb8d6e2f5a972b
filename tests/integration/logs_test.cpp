// What runs leave behind for `scoop-launch logs` and `scoop-launch runs`, and what these show.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>

#include "integration/pool_run.hpp"
#include "support/lines.hpp"
#include "support/terminal.hpp"

namespace fs = std::filesystem;
using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

/// A state folder that no other test's runs are in.
class State {
 public:
  fs::path runs() const { return folder_.path() / "scoop/runs"; }
  std::vector<fs::path> run_folders() const {
    std::vector<fs::path> found;
    if (fs::exists(runs())) found.assign(fs::directory_iterator(runs()), fs::directory_iterator());
    return found;
  }
  /// The only run's.
  fs::path run_folder() const {
    const auto found = run_folders();
    REQUIRE(found.size() == 1);
    return found[0];
  }

  Command command(Words words = {}) const {
    words.insert(words.begin(), SCOOP_LAUNCH);
    Command command{.argv = std::move(words)};
    command.env["XDG_STATE_HOME"] = folder_.path();
    return command;
  }
  /// A whole run.
  Outcome launch(Words words) const { return PoolRun(std::move(words), command()).wait(); }
  /// A command of scoop-launch.
  Outcome ask(Words words) const { return run(command(std::move(words))); }
  const TempDir& folder() const { return folder_; }

 private:
  TempDir folder_;
};

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

void check_refused(const Outcome& outcome, const std::string& sentence) {
  CAPTURE(outcome);
  CHECK(outcome.status == 2);
  CHECK(outcome.out == "");
  CHECK(outcome.err == "scoop-launch: " + sentence + "\n");
}

/// Lines in one order: the terminal has them as they arrive, `logs` by time. Others than the launcher may have said
/// theirs before it knew the broker's place, and be shown with it.
std::vector<std::string> comparable(const std::string& text) {
  auto lines = lines_of(text);
  for (auto& line : lines) {
    if (!has(line, "] launcher ")) line = std::regex_replace(line, std::regex(R"( \(127\.0\.0\.1:\d+\))"), "");
  }
  std::ranges::sort(lines);
  return lines;
}

/// The builds' folder may have a blank in its name.
std::string as_recorded(const std::string& word) { return std::regex_replace(word, std::regex(" "), R"(\x20)"); }

/// A run that speaks, and goes on when it is told to.
class SpeakingRun {
 public:
  explicit SpeakingRun(const State& state) : run_({"-q", "-n", "2", DEEDS_PLUGIN, "speak", go_}, state.command()) {}
  void go_on() const { std::ofstream(go_) << "go"; }
  PoolRun& run() { return run_; }

 private:
  TempDir folder_;
  std::string go_ = folder_ / "go";
  PoolRun run_;
};

}  // namespace

TEST_CASE("A run leaves a folder that is its user's alone, with a log of each process that said something") {
  const State state;
  CHECK(state.launch({"-vv", "-n", "2", DEEDS_PLUGIN, "speak"}).status == 0);
  CHECK(mode_of(state.runs()) == 0700);
  const auto folder = state.run_folder();
  CHECK(mode_of(folder) == 0700);
  for (const auto* name : {"run", "launcher.log", "broker.log", "w0@127.0.0.1.log", "w1@127.0.0.1.log"}) {
    CAPTURE(name);
    REQUIRE(fs::exists(folder / name));
    CHECK(mode_of(folder / name) == 0600);
  }
  CHECK(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 5);
  const auto record = contents(folder / "run");
  CHECK(has(record, "command: " + as_recorded(SCOOP_LAUNCH) + " -vv -n 2 " + as_recorded(DEEDS_PLUGIN) + " speak\n"));
  CHECK(has(record, "hosts: 127.0.0.1 2\n"));
  CHECK(has(record, "status: 0\noutcome: done\n"));
}

TEST_CASE("No value of the environment is in a run's logs, whatever they show") {
  const State state;
  auto command = state.command();
  command.env["SOME_PASSWORD"] = "hunter2hunter2";
  CHECK(PoolRun({"-vv", "-n", "2", DEEDS_PLUGIN, "speak"}, command).wait().status == 0);
  std::size_t looked_at = 0;
  for (const auto& entry : fs::directory_iterator(state.run_folder())) {
    CHECK_FALSE(has(contents(entry.path()), "hunter2hunter2"));
    ++looked_at;
  }
  CHECK(looked_at > 1);
}

TEST_CASE("logs shows what the terminal showed, word for word") {
  for (const auto* option : {"-v", "-vv"}) {
    const State state;
    const auto outcome = state.launch({option, "-n", "1", DEEDS_PLUGIN, "speak"});
    const auto shown = state.ask({"logs"});
    CAPTURE(outcome);
    CAPTURE(shown);
    CHECK(shown.status == 0);
    CHECK(shown.err == "");
    CHECK(comparable(shown.out) == comparable(outcome.err));
  }
}

TEST_CASE("logs shows what main and tasks logged, with worker and host, even after -q") {
  const State state;
  const auto outcome = state.launch({"-q", "-n", "2", DEEDS_PLUGIN, "speak"});
  CHECK(outcome.err == "");
  const auto shown = state.ask({"logs"}).out;
  CAPTURE(shown);
  const std::string time = R"(\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] )";
  const std::string place = R"( \(127\.0\.0\.1:\d+\) )";
  CHECK(std::regex_search(shown, std::regex(time + R"(w0@127\.0\.0\.1)" + place + "INFO    main speaks\n")));
  CHECK(std::regex_search(shown, std::regex(time + R"(w0@127\.0\.0\.1)" + place + "WARNING main is done\n")));
  for (const std::string number : {"0", "1", "2", "3"}) {
    CHECK(std::regex_search(shown, std::regex(time + R"(w[01]@127\.0\.0\.1)" + place + "INFO    task " + number +
                                              " speaks,\nin two lines\n")));
  }
  CHECK(has(shown, "Root process is done."));
  CHECK(shown.find("main speaks") < shown.find("task 0 speaks"));
  CHECK(shown.find("task 3 speaks") < shown.find("main is done"));
  CHECK_FALSE(has(shown, "DEBUG"));
  CHECK_FALSE(has(shown, "\x1b"));
}

TEST_CASE("logs shows the worker and the level that are asked for") {
  const State state;
  CHECK(state.launch({"-v", "-n", "2", DEEDS_PLUGIN, "speak"}).status == 0);
  CHECK(lines_of(state.ask({"logs", "--level", "warn"}).out).size() == 1);
  CHECK(has(state.ask({"logs", "--level", "warn"}).out, "main is done"));
  CHECK(state.ask({"logs", "--level", "error"}).out == "");
  for (const auto* worker : {"0", "w0", "w0@127.0.0.1"}) {
    const auto shown = state.ask({"logs", "--worker", worker}).out;
    CHECK(has(shown, "main speaks"));
    CHECK_FALSE(has(shown, "] launcher "));
    CHECK_FALSE(has(shown, "] w1@"));
  }
  CHECK(has(state.ask({"logs", "--worker", "launcher"}).out, "Root process is done."));
  CHECK_FALSE(has(state.ask({"logs", "--worker", "launcher"}).out, "main speaks"));
}

TEST_CASE("logs colours lines on a terminal, and not for those who do not want it") {
  const State state;
  CHECK(state.launch({"-q", "-n", "1", DEEDS_PLUGIN, "speak"}).status == 0);
  const std::string home = "XDG_STATE_HOME=" + state.folder().path().string();
  Terminal coloured({SCOOP_LAUNCH, "logs"}, {home, "TERM=xterm", "NO_COLOR="});
  CHECK(coloured.job_event() == "exited 0");
  CHECK(coloured.shows("cleaning spawned"));
  CHECK(has(coloured.screen(), "\x1b[33m["));
  Terminal plain({SCOOP_LAUNCH, "logs"}, {home, "TERM=xterm", "NO_COLOR=1"});
  CHECK(plain.job_event() == "exited 0");
  CHECK(plain.shows("cleaning spawned"));
  CHECK_FALSE(has(plain.screen(), "\x1b"));
}

TEST_CASE("logs -f shows what a living run says, and ends with it") {
  const State state;
  SpeakingRun speaking(state);
  REQUIRE(wait_until([&] { return !state.run_folders().empty(); }));
  Process following(state.command({"logs", "-f"}));
  CHECK(wait_until([&] { return has(following.out(), "main speaks"); }));
  CHECK_FALSE(has(following.out(), "main is done"));
  CHECK(following.is_running());
  CHECK(has(state.ask({"runs"}).out, "  running  "));
  speaking.go_on();
  CHECK(speaking.run().wait().status == 0);
  const auto outcome = following.wait();
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(has(outcome.out, "main is done"));
  CHECK(has(outcome.out, "Finished cleaning spawned subprocesses."));
  CHECK(outcome.out == state.ask({"logs"}).out);
}

TEST_CASE("Two runs at once have logs of their own") {
  const State state;
  SpeakingRun one(state);
  SpeakingRun two(state);
  CHECK(wait_until([&] { return lines_of(state.ask({"runs"}).out).size() == 2; }));
  one.go_on();
  CHECK(one.run().wait().status == 0);
  const auto id_of = [&](SpeakingRun& run) {
    const auto ending = "-" + std::to_string(run.run().process().pid());
    for (const auto& folder : state.run_folders()) {
      if (folder.filename().string().ends_with(ending)) return folder.filename().string();
    }
    return std::string("no folder " + ending);
  };
  CHECK(has(state.ask({"logs", id_of(one)}).out, "main is done"));
  CHECK_FALSE(has(state.ask({"logs", id_of(two)}).out, "main is done"));
  two.go_on();
  CHECK(two.run().wait().status == 0);
  CHECK(has(state.ask({"logs", id_of(two)}).out, "main is done"));
}

TEST_CASE("runs lists the last runs, the newest first, and how they ended") {
  const State state;
  state.launch({"-q", "-n", "2", ACTS_PLUGIN, "return", "3"});
  state.launch({"-q", "-n", "1", ACTS_PLUGIN, "raise", std::to_string(SIGSEGV)});
  state.launch({"-q", "-n", "1", HIDDEN_PLUGIN});
  state.launch({"-q", "-n", "1", ACTS_PLUGIN, "return", "0"});
  const auto outcome = state.ask({"runs"});
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  const auto lines = lines_of(outcome.out);
  REQUIRE(lines.size() == 4);
  const auto check = [&](std::size_t line, const std::string& how, const std::string& where, const std::string& words) {
    const std::regex form(R"(\d{8}-\d{6}-\d+ +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +\d+\.\d+ s +)" + how + " +" + where +
                          " +.*scoop-launch'? -q -n " + words);
    CAPTURE(lines[line]);
    CHECK(std::regex_match(lines[line], form));
  };
  // Those of one second are in the order of their process ids, which begin anew at some time.
  std::size_t done = 0;
  while (done < lines.size() && !has(lines[done], " done ")) ++done;
  REQUIRE(done < lines.size());
  check(done, "done", "1 worker on 127.0.0.1", "1 .* return 0");
  const auto line_with = [&](const std::string& how) {
    return static_cast<std::size_t>(std::ranges::find_if(lines, [&](const auto& line) { return has(line, how); }) -
                                    lines.begin());
  };
  for (const auto* how : {" failed 3 ", " crashed 139 ", " refused 2 "}) REQUIRE(line_with(how) < lines.size());
  check(line_with(" failed 3 "), "failed 3", "2 workers on 127.0.0.1", "2 .* return 3");
  check(line_with(" crashed 139 "), "crashed 139", "1 worker on 127.0.0.1", "1 .* raise 11");
  check(line_with(" refused 2 "), "refused 2", "1 worker on 127.0.0.1", "1 .*");
}

TEST_CASE("A run whose launcher was killed died, and does not run for ever") {
  const State state;
  SpeakingRun speaking(state);
  REQUIRE(wait_until([&] { return has(state.ask({"logs"}).out, "main speaks"); }));
  Process following(state.command({"logs", "-f"}));
  speaking.run().process().signal(SIGKILL);
  CHECK(speaking.run().wait().signal == SIGKILL);
  CHECK_FALSE(following.wait().timed_out);
  const auto listed = state.ask({"runs"}).out;
  CAPTURE(listed);
  CHECK(has(listed, "  died  "));
  CHECK_FALSE(has(listed, "running"));
  CHECK(state.ask({"logs"}).status == 0);
  CHECK(speaking.run().leaves_nothing());
}

TEST_CASE("A run goes on without a log where none can be kept, and says so once") {
  const TempDir folder;
  std::ofstream(folder / "file") << "";
  for (const auto& [state, home, why] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {folder / "file", "/", folder / "file/scoop cannot be made: Not a directory"},
           {"/proc", "/", "/proc/scoop cannot be made: "},
           {"", "", "neither XDG_STATE_HOME nor HOME names a folder"}}) {
    Command command;
    command.env["XDG_STATE_HOME"] = state;
    command.env["HOME"] = home;
    PoolRun run({"-n", "2", DEEDS_PLUGIN, "speak"}, command);
    const auto outcome = run.wait();
    CAPTURE(outcome);
    CHECK(outcome.status == 0);
    const auto warning = "The log of this run is not kept: " + why;
    REQUIRE(has(outcome.err, warning));
    CHECK(outcome.err.find("is not kept") == outcome.err.rfind("is not kept"));
    CHECK(has(outcome.err, "set XDG_STATE_HOME to a folder of your own"));
    CHECK(has(outcome.err, "main is done"));
    CHECK(run.leaves_nothing());
  }
}

TEST_CASE("A reader that goes away is no error") {
  const State state;
  CHECK(state.launch({"-q", "-n", "1", DEEDS_PLUGIN, "flood", "20000"}).status == 0);
  auto command = state.command();
  command.argv = {"bash", "-c", "\"$1\" logs | head -n 1; echo ${PIPESTATUS[0]}", "bash", SCOOP_LAUNCH};
  const auto outcome = run(command);
  CAPTURE(outcome);
  CHECK(outcome.err == "");
  CHECK(lines_of(outcome.out).size() == 2);
  CHECK(outcome.out.ends_with("\n0\n"));
}

TEST_CASE("A follower whose reader goes away ends, though the run says nothing") {
  const State state;
  SpeakingRun speaking(state);
  REQUIRE(wait_until([&] { return !state.run_folders().empty(); }));
  auto command = state.command();
  command.argv = {"bash", "-c", "\"$1\" logs -f | head -n 1; echo ${PIPESTATUS[0]}", "bash", SCOOP_LAUNCH};
  const auto outcome = run(command);
  CAPTURE(outcome);
  CHECK_FALSE(outcome.timed_out);
  CHECK(outcome.out.ends_with("\n0\n"));
  CHECK(speaking.run().process().is_running());
  speaking.go_on();
  CHECK(speaking.run().wait().status == 0);
}

TEST_CASE("What logs and runs cannot do is said in one sentence") {
  const State state;
  const auto none = "there are no runs yet in " + state.runs().string();
  check_refused(state.ask({"runs"}), none);
  check_refused(state.ask({"logs"}), none);
  CHECK(state.launch({"-q", "-n", "1", ACTS_PLUGIN}).status == 0);
  const auto id = state.run_folder().filename().string();
  check_refused(state.ask({"logs", "1999"}),
                "there is no run \"1999\"; there are " + id + " (scoop-launch runs lists all)");
  check_refused(state.ask({"logs", "--level", "loud"}),
                "--level needs error, warn, info, debug or trace, got \"loud\"");
  check_refused(state.ask({"logs", "--worker", "w"}),
                "--worker needs a worker, as in 3, w3 or w3@node7, or launcher, broker or daemon, got \"w\"");
  check_refused(state.ask({"logs", "--worker", "7"}), "run " + id + " has no records of \"7\"; scoop-launch logs " +
                                                          id + " shows those of all its processes");
  check_refused(state.ask({"logs", "--level"}), "--level needs one value (scoop-launch logs --help lists all options)");
  check_refused(state.ask({"logs", "--all"}), "logs takes no --all (scoop-launch logs --help lists all options)");
  check_refused(state.ask({"runs", "x"}), "runs takes no x (scoop-launch runs --help lists all options)");
  auto command = state.command();
  command.argv = {"sh", "-c", "exec \"$1\" runs >/dev/full", "sh", SCOOP_LAUNCH};
  check_refused(run(command), "standard output cannot be written: No space left on device");
}

TEST_CASE("scoop-launch --help names the commands, and each has a --help of its own") {
  const State state;
  const auto help = state.ask({"--help"}).out;
  CHECK(has(help, "\n  logs  "));
  CHECK(has(help, "\n  runs  "));
  for (const auto* command : {"logs", "runs"}) {
    const auto outcome = state.ask({command, "--help"});
    CHECK(outcome.status == 0);
    CHECK(has(outcome.out, std::string("scoop-launch ") + command));
  }
  CHECK(state.run_folders().empty());
}

TEST_CASE("A program that is called like a command runs as ./logs") {
  const State state;
  const TempDir folder;
  fs::copy_file(ACTS_PLUGIN, folder / "logs");
  auto command = state.command({"-q", "-n", "1", "./logs", "return", "4"});
  command.directory = folder.path();
  CHECK(run(command).status == 4);
  command.argv = {SCOOP_LAUNCH, "./logs", "return", "5"};
  CHECK(run(command).status == 5);
}
