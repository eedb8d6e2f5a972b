#include "launcher/run_log.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/temp_dir.hpp"
#include "support/variable.hpp"

namespace fs = std::filesystem;
using namespace scoop;
using namespace std::chrono_literals;
using scoop::test::TempDir;
using scoop::test::Variable;

namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

LogRecord record(const std::string& name, const std::string& text, LogLevel level = LogLevel::info) {
  return {SystemTime(1795657502123456us), level, name, text};
}

/// A log in a state folder of its own, and what it warned of.
struct Bench {
  explicit Bench(std::size_t most_file_bytes = RunLog::usual_file_bytes)
      : state("XDG_STATE_HOME", base.path()),
        log([this](std::string text) { warnings.push_back(std::move(text)); }, most_file_bytes) {}

  /// The only run's.
  std::string folder() const {
    const auto runs = list_runs(base / "scoop/runs");
    REQUIRE(runs.size() == 1);
    return base / ("scoop/runs/" + runs[0]);
  }
  std::string file(const std::string& name) const { return contents(folder() + "/" + name); }

  TempDir base;
  Variable state;
  std::vector<std::string> warnings;
  RunLog log;
};

}  // namespace

TEST_CASE("RunLog keeps the records of each process in a file of its own") {
  Bench bench;
  bench.log.begin({"scoop-launch", "./a.so"});
  bench.log.write(record("launcher", "one"));
  bench.log.write(record("w3@node7", "two\nlines"));
  bench.log.write(record("launcher", "three", LogLevel::error));
  bench.log.end(0, "done");
  CHECK(bench.file("launcher.log") ==
        "2026-11-26T01:45:02.123456Z info launcher one\n2026-11-26T01:45:02.123456Z error launcher three\n");
  CHECK(bench.file("w3@node7.log") == "2026-11-26T01:45:02.123456Z info w3@node7 two\\nlines\n");
  for (const auto& entry : fs::directory_iterator(bench.folder())) {
    CHECK((entry.status().permissions() & fs::perms::mask) == (fs::perms::owner_read | fs::perms::owner_write));
  }
  CHECK(bench.warnings.empty());
}

TEST_CASE("RunLog tells what the run is, and how it ended") {
  Bench bench;
  bench.log.begin({"scoop-launch", "a b.so"});
  CHECK(is_run_alive(bench.folder()));
  bench.log.set_directory("/tmp/run-1");
  bench.log.set_hosts({{"127.0.0.1", 2}});
  bench.log.set_broker("127.0.0.1:5");
  auto run = read_run_record(bench.folder());
  REQUIRE(run);
  CHECK(run->command == std::vector<std::string>{"scoop-launch", "a b.so"});
  CHECK(run->folder == fs::current_path().string());
  CHECK(run->pid == ::getpid());
  CHECK(run->directory == "/tmp/run-1");
  CHECK(run->hosts.at(0).workers == 2);
  CHECK(run->broker->place == "127.0.0.1:5");
  CHECK_FALSE(run->end);
  bench.log.end(3, "failed");
  CHECK_FALSE(is_run_alive(bench.folder()));
  run = read_run_record(bench.folder());
  CHECK(run->end->status == 3);
  CHECK(run->end->outcome == "failed");
  CHECK(run->end->time >= run->start);
}

TEST_CASE("RunLog writes within a second, or sooner when much has come") {
  Bench bench;
  bench.log.begin({"scoop-launch"});
  CHECK(bench.log.next_flush() == never);
  const auto before = Clock::now();
  bench.log.write(record("broker", "one"));
  CHECK(bench.log.next_flush() <= Clock::now() + 1s);
  CHECK(bench.log.next_flush() >= before + 1s);
  CHECK(bench.file("broker.log") == "");
  bench.log.on_tick(bench.log.next_flush() - 1ms);
  CHECK(bench.file("broker.log") == "");
  bench.log.on_tick(bench.log.next_flush());
  CHECK(bench.file("broker.log") == "2026-11-26T01:45:02.123456Z info broker one\n");
  CHECK(bench.log.next_flush() == never);
  bench.log.write(record("w0@a", std::string(300'000, 'x')));
  CHECK(bench.file("w0@a.log").size() > 300'000);
}

TEST_CASE("RunLog keeps so much of a process, and then says that it keeps no more") {
  Bench bench(1000);
  bench.log.begin({"scoop-launch"});
  for (int i = 0; i < 100; ++i) bench.log.write(record("w0@a", "some text"));
  bench.log.write(record("w1@a", "others go on"));
  bench.log.end(0, "done");
  const auto text = bench.file("w0@a.log");
  CHECK(text.size() < 1200);
  CHECK(text.size() > 900);
  CHECK(text.ends_with("warn w0@a This log is full: what w0@a says from here on is not kept.\n"));
  CHECK(std::ranges::count(text, '\n') == 1000 / 48 + 1);
  CHECK(bench.file("w1@a.log").ends_with("others go on\n"));
}

TEST_CASE("RunLog warns once where nothing can be kept, and the run goes on") {
  Bench bench;
  std::ofstream(bench.base / "file") << "";
  const Variable state("XDG_STATE_HOME", bench.base / "file");
  bench.log.begin({"scoop-launch"});
  bench.log.set_hosts({{"a", 1}});
  bench.log.write(record("launcher", "one"));
  bench.log.end(0, "done");
  REQUIRE(bench.warnings.size() == 1);
  CHECK(bench.warnings[0] == "The log of this run is not kept: " + (bench.base / "file/scoop") +
                                 " cannot be made: Not a directory; set XDG_STATE_HOME to a folder of your own.");
}

TEST_CASE("RunLog warns once when its folder goes away under it") {
  Bench bench;
  bench.log.begin({"scoop-launch"});
  bench.log.write(record("launcher", "one"));
  fs::remove_all(bench.folder());
  bench.log.on_tick(bench.log.next_flush());
  bench.log.write(record("launcher", "two"));
  CHECK(bench.log.next_flush() == never);
  bench.log.end(0, "done");
  REQUIRE(bench.warnings.size() == 1);
  CHECK(bench.warnings[0].find("launcher.log cannot be written: No such file or directory.") != std::string::npos);
}

TEST_CASE("Names of log files are safe for any name of a host, and differ") {
  CHECK(log_file_name("launcher") == "launcher.log");
  CHECK(log_file_name("w3@node7.example.org") == "w3@node7.example.org.log");
  CHECK(log_file_name("w3@fe80::1%eth0") == "w3@fe80::1%25eth0.log");
  CHECK(log_file_name("w3@../../etc/passwd") == "w3@..%2f..%2fetc%2fpasswd.log");
  CHECK(log_file_name("..") == "%2e..log");
  CHECK(log_file_name("a b\n") == "a%20b%0a.log");
  CHECK(log_file_name("") == "%.log");
  const auto one = log_file_name(std::string(5000, 'a'));
  const auto other = log_file_name(std::string(5001, 'a'));
  CHECK(one.size() < 255);
  CHECK(one != other);
}
