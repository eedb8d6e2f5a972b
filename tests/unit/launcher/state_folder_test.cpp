#include "launcher/state_folder.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "support/temp_dir.hpp"
#include "support/variable.hpp"

namespace fs = std::filesystem;
using namespace scoop;
using namespace std::chrono_literals;
using scoop::test::TempDir;
using scoop::test::Variable;

namespace {

const SystemTime some_time(1795657502123456us);  // 2026-11-26 01:45:02 UTC

RunFolder make(const std::string& folder, SystemTime time = some_time, pid_t pid = 4711) {
  auto made = make_run_folder(folder, time, pid);
  REQUIRE(made);
  return *std::move(made);
}

/// A run that has ended.
std::string leave(const std::string& folder, SystemTime time = some_time, pid_t pid = 4711) {
  return make(folder, time, pid).id;
}

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

std::string failure_to_find(const std::string& folder, const std::optional<std::string>& wanted) {
  const auto found = find_run(folder, wanted);
  REQUIRE_FALSE(found);
  return found.failure().message;
}

}  // namespace

TEST_CASE("The state folder is where XDG_STATE_HOME says, else below HOME") {
  {
    const Variable state("XDG_STATE_HOME", "/some/state");
    CHECK(*state_folder() == "/some/state/scoop/runs");
  }
  const Variable home("HOME", "/home/me");
  for (const auto& value : {std::optional<std::string>(), std::optional<std::string>(""),
                            std::optional<std::string>("relative")}) {  // the standard says: not set, all of them
    const Variable state("XDG_STATE_HOME", value);
    CHECK(*state_folder() == "/home/me/.local/state/scoop/runs");
    const Variable no_home("HOME", std::nullopt);
    REQUIRE_FALSE(state_folder());
    CHECK(state_folder().failure().message.find("neither XDG_STATE_HOME nor HOME") == 0);
  }
}

TEST_CASE("A run's folder is its user's alone, and so is what is made on the way") {
  const TempDir base;
  const auto run = make(base / "a/state/scoop/runs");
  CHECK(run.id == "20261126-014502-4711");
  CHECK(run.path == base / "a/state/scoop/runs/20261126-014502-4711");
  for (const auto* part : {"a", "a/state", "a/state/scoop", "a/state/scoop/runs"}) CHECK(mode_of(base / part) == 0700);
  CHECK(mode_of(run.path) == 0700);
  CHECK(mode_of(run.path + "/run") == 0600);
  fs::permissions(base / "a/state/scoop/runs", fs::perms::all);
  make(base / "a/state/scoop/runs");
  CHECK(mode_of(base / "a/state/scoop/runs") == 0700);
}

TEST_CASE("A run is alive for as long as its folder is held") {
  const TempDir base;
  auto run = make(base.path());
  CHECK(is_run_alive(run.path));
  run.record.reset();
  CHECK_FALSE(is_run_alive(run.path));
  CHECK_FALSE(is_run_alive(base / "nowhere"));
}

TEST_CASE("What the killed maker of a run's folder left is no run, and goes with the next") {
  const TempDir base;
  fs::create_directories(base / "new/deep");
  std::ofstream(base / "new/run") << "";
  CHECK(list_runs(base.path()).empty());
  leave(base.path());
  CHECK_FALSE(fs::exists(base / "new"));
}

TEST_CASE("Two runs of one second and one process id get folders of their own") {
  const TempDir base;
  const auto one = make(base.path());
  const auto two = make(base.path());
  CHECK(one.id == "20261126-014502-4711");
  CHECK(two.id == "20261126-014503-4711");
}

TEST_CASE("Runs are listed by time, the newest first, and nothing else is") {
  const TempDir base;
  const auto first = leave(base.path(), some_time, 9999);
  const auto third = leave(base.path(), some_time + 1s, 3);
  const auto second = leave(base.path(), some_time, 10000);
  fs::create_directory(base / "other");
  fs::create_directory(base / "20261126-014502-");
  fs::create_directory(base / "20261126-014502-47x");
  std::ofstream(base / "20261126-014502-1") << "";
  fs::create_directory_symlink(base / "other", base / "20261126-014502-2");
  CHECK(list_runs(base.path()) == std::vector{third, second, first});
  CHECK(list_runs(base / "nowhere").empty());
}

TEST_CASE("The last 50 runs are kept; one that is alive is never removed") {
  const TempDir base;
  const auto alive = make(base.path(), some_time);
  std::vector<std::string> ended;
  for (int i = 1; i <= 50; ++i) ended.push_back(leave(base.path(), some_time + std::chrono::minutes(i)));
  std::ofstream(base / (ended[1] + "/launcher.log")) << "text";
  fs::create_directory(base / "other");
  CHECK(list_runs(base.path()).size() == 50);
  CHECK(fs::exists(alive.path));
  CHECK_FALSE(fs::exists(base / ended[0]));
  CHECK(fs::exists(base / ended[1]));
  const auto last = leave(base.path(), some_time + 1h);
  CHECK(list_runs(base.path()).size() == 50);
  CHECK(list_runs(base.path()).front() == last);
  CHECK_FALSE(fs::exists(base / ended[1]));
  CHECK(fs::exists(alive.path));
  CHECK(fs::exists(base / "other"));
}

TEST_CASE("More than 50 runs may be alive") {
  const TempDir base;
  std::vector<RunFolder> runs;
  for (int i = 0; i < 55; ++i) runs.push_back(make(base.path(), some_time + std::chrono::seconds(i)));
  for (const auto& run : runs) CHECK(is_run_alive(run.path));
}

TEST_CASE("A run is found by its ID, by a beginning that no other has, and as the last") {
  const TempDir base;
  const auto one = leave(base.path(), some_time, 47);
  const auto two = leave(base.path(), some_time, 471);
  const auto three = leave(base.path(), some_time + 24h, 5);
  CHECK(*find_run(base.path(), {}) == three);
  CHECK(*find_run(base.path(), two) == two);
  CHECK(*find_run(base.path(), one) == one);  // though another one begins so
  CHECK(*find_run(base.path(), "20261127") == three);
  CHECK(failure_to_find(base.path(), "20261126") ==
        "several runs begin with \"20261126\": " + two + ", " + one + "; give more of the ID");
  CHECK(failure_to_find(base.path(), "").find("several runs begin with \"\"") == 0);
  CHECK(failure_to_find(base.path(), "7\n") ==
        "there is no run \"7\\x0a\"; there are " + three + ", " + two + ", " + one + " (scoop-launch runs lists all)");
  CHECK(failure_to_find(base / "nowhere", {}) == "there are no runs yet in " + base / "nowhere");
}

TEST_CASE("A folder that cannot be made is told, with what to do") {
  const TempDir base;
  std::ofstream(base / "file") << "";
  const auto refused = make_run_folder(base / "file/scoop/runs", some_time, 1);
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().message ==
        base / "file/scoop cannot be made: Not a directory; set XDG_STATE_HOME to a folder of your own");
}
