#include "common/process/run_directory.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/temp_dir.hpp"

namespace fs = std::filesystem;
using scoop::RunDirectory;
using scoop::test::TempDir;

namespace {

/// SCOOP_RUNTIME_DIR for a while.
struct RuntimeDir {
  explicit RuntimeDir(const std::string& path) { ::setenv("SCOOP_RUNTIME_DIR", path.c_str(), 1); }
  ~RuntimeDir() { ::unsetenv("SCOOP_RUNTIME_DIR"); }
};

std::string failure() {
  const auto run = RunDirectory::make();
  REQUIRE_FALSE(run);
  return run.failure().message;
}

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("RunDirectory is its user's alone, and gone with its holder") {
  const TempDir base;
  const RuntimeDir given(base.path());
  std::string path;
  {
    const auto run = RunDirectory::make();
    REQUIRE(run);
    path = run->path();
    CHECK(fs::path(path).parent_path() == base.path());
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
    CHECK(fs::exists(path + "/lock"));
    std::ofstream(path + "/some.sock") << "x";
  }
  CHECK_FALSE(fs::exists(path));
  CHECK(fs::exists(base.path()));  // the user's own
}

TEST_CASE("RunDirectory is made anew each time, beside those that are held") {
  const TempDir base;
  const RuntimeDir given(base.path());
  const auto one = RunDirectory::make();
  const auto two = RunDirectory::make();
  REQUIRE(one);
  REQUIRE(two);
  CHECK(one->path() != two->path());
  CHECK(entries(base.path()) == 2);
}

TEST_CASE("RunDirectory removes what dead runs left, and nothing else") {
  const TempDir base;
  const RuntimeDir given(base.path());
  fs::create_directories(base / "run-1-2/deep");
  std::ofstream(base / "run-1-2/lock") << "";
  fs::create_directory(base / "run-3-4");  // died before it had a lock
  fs::create_directory(base / "other");
  std::ofstream(base / "run-file") << "";
  fs::create_directory_symlink(base / "other", base / "run-link");
  const auto run = RunDirectory::make();
  REQUIRE(run);
  CHECK_FALSE(fs::exists(base / "run-1-2"));
  CHECK_FALSE(fs::exists(base / "run-3-4"));
  CHECK(fs::exists(base / "other"));
  CHECK(fs::exists(base / "run-file"));
  CHECK(fs::exists(base / "run-link"));
}

TEST_CASE("RunDirectory makes its base") {
  const TempDir base;
  const RuntimeDir given(base / "new");
  const auto run = RunDirectory::make();
  REQUIRE(run);
  struct stat status {};
  REQUIRE(::stat((base / "new").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("RunDirectory refuses a base that is a link, no folder, open to others, or too long") {
  const TempDir base;
  fs::create_directory(base / "real");
  fs::create_directory_symlink(base / "real", base / "link");
  std::ofstream(base / "file") << "";
  fs::create_directory(base / "open");
  fs::permissions(base / "open", fs::perms::all);
  {
    const RuntimeDir given(base / "link");
    CHECK(failure().find("is not a folder") != std::string::npos);
  }
  {
    const RuntimeDir given(base / "file");
    CHECK(failure().find("is not a folder") != std::string::npos);
  }
  {
    const RuntimeDir given(base / "open");
    CHECK(failure().find("can be written by others") != std::string::npos);
  }
  {
    const RuntimeDir given(base / std::string(60, 'x'));
    CHECK(failure().find("is too long a path for sockets") != std::string::npos);
  }
  {
    const RuntimeDir given(base / "no/such");
    CHECK(failure().find("cannot be made") != std::string::npos);
  }
}

TEST_CASE("RunDirectory is refused where there is no current folder to find it from") {
  const auto before = fs::current_path();
  const TempDir base;
  fs::create_directory(base / "gone");
  fs::current_path(base / "gone");
  fs::remove(base / "gone");
  const RuntimeDir given("relative");
  CHECK(failure() ==
        "relative cannot be made: No such file or directory; set SCOOP_RUNTIME_DIR to a folder of your own");
  fs::current_path(before);
}

TEST_CASE("remove_run_directory spares a run that is alive, and any other folder") {
  const TempDir base;
  const RuntimeDir given(base.path());
  const auto run = RunDirectory::make();
  REQUIRE(run);
  scoop::remove_run_directory(run->path());
  CHECK(fs::exists(run->path()));
  fs::create_directory(base / "other");
  scoop::remove_run_directory(base / "other");
  CHECK(fs::exists(base / "other"));
  scoop::remove_run_directory("");
  fs::create_directory(base / "run-1-2");
  scoop::remove_run_directory(base / "run-1-2");
  CHECK_FALSE(fs::exists(base / "run-1-2"));
}

TEST_CASE("remove_run_directory waits for a holder that is just ending") {
  const TempDir base;
  const RuntimeDir given(base.path());
  const auto path = base / "run-1-2";
  fs::create_directory(path);
  scoop::UniqueFd lock(::open((path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(::flock(lock.get(), LOCK_EX) == 0);
  scoop::remove_run_directory(path);
  CHECK(fs::exists(path));
  std::thread holder([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    lock.reset();
  });
  scoop::remove_run_directory(path, std::chrono::seconds(20));
  CHECK_FALSE(fs::exists(path));
  holder.join();
}
