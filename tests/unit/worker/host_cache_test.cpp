#include "worker/daemon/host_cache.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "support/temp_dir.hpp"

using namespace scoop;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const auto now = std::chrono::system_clock::from_time_t(1'900'000'000);

void set_time(const std::string& path, std::chrono::system_clock::time_point time) {
  const timespec both[2] = {{std::chrono::system_clock::to_time_t(time), 0},
                            {std::chrono::system_clock::to_time_t(time), 0}};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), both, 0) == 0);
}

/// A cache with folders named aaa..., bbb... of 1000 bytes each.
class Cache {
 public:
  std::string folder(char letter) const { return folder_ / std::string(32, letter); }

  std::string add(char letter, std::chrono::seconds age) const {
    fs::create_directory(folder(letter));
    std::ofstream(folder(letter) + "/program.so") << std::string(1000, 'x');
    std::ofstream(folder(letter) + "/.used").flush();
    set_time(folder(letter) + "/.used", now - age);
    return folder(letter);
  }

  std::string add_other(const std::string& name, std::chrono::seconds age) const {
    fs::create_directory(folder_ / name);
    std::ofstream(folder_ / name + "/file") << std::string(1000, 'x');
    set_time(folder_ / name, now - age);
    return folder_ / name;
  }

  /// Which of a, b, ... are there.
  std::string left() const {
    std::string letters;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      const auto name = entry.path().filename().string();
      letters += name.size() == 32 ? name.substr(0, 1) : "(" + name + ")";
    }
    std::sort(letters.begin(), letters.end());
    return letters;
  }

 private:
  test::TempDir folder_;
};

HostCache holder_of(const std::string& folder) {
  HostCache cache;
  REQUIRE(cache.hold(folder));
  return cache;
}

}  // namespace

TEST_CASE("HostCache removes the folders that were not used for longest, and no more than it must") {
  const Cache cache;
  cache.add('a', 3h);
  cache.add('b', 5h);
  cache.add('c', 4h);
  const auto held = holder_of(cache.add('d', 1h));
  held.trim(4000, now);
  CHECK(cache.left() == "abcd");
  held.trim(3999, now);
  CHECK(cache.left() == "acd");
  held.trim(2000, now);
  CHECK(cache.left() == "ad");
}

TEST_CASE("HostCache does not remove what is held, by itself or by another") {
  const Cache cache;
  const auto own = holder_of(cache.add('a', 9h));
  cache.add('b', 8h);
  cache.add('c', 7h);
  {
    const auto first = holder_of(cache.folder('b'));
    const auto second = holder_of(cache.folder('b'));
    set_time(cache.folder('b') + "/.used", now - 8h);
    own.trim(0, now);
    CHECK(cache.left() == "ab");
  }
  set_time(cache.folder('b') + "/.used", now - 8h);
  own.trim(0, now);
  CHECK(cache.left() == "a");
}

TEST_CASE("HostCache does not remove what was used within the last minute") {
  const Cache cache;
  const auto held = holder_of(cache.add('a', 1h));
  cache.add('b', 59s);
  cache.add('c', 61s);
  held.trim(0, now);
  CHECK(cache.left() == "ab");
}

TEST_CASE("HostCache removes what was begun a day ago, and what has lost its mark") {
  const Cache cache;
  const auto held = holder_of(cache.add('a', 1h));
  cache.add_other(".new-young", 23h);
  cache.add_other(".new-old", 25h);
  cache.add_other(std::string(32, 'b'), 1h);
  held.trim(1000, now);
  CHECK(fs::exists(cache.folder('a')));
  CHECK_FALSE(fs::exists(cache.folder('b')));
  CHECK(fs::exists(fs::path(cache.folder('a')).parent_path() / ".new-young"));
  CHECK_FALSE(fs::exists(fs::path(cache.folder('a')).parent_path() / ".new-old"));
}

TEST_CASE("HostCache leaves alone what others keep in its folder") {
  const Cache cache;
  const auto held = holder_of(cache.add('a', 1h));
  const auto other = cache.add_other("compiled", 999h);
  const auto similar = cache.add_other(std::string(32, 'x'), 999h);
  held.trim(0, now);
  CHECK(fs::exists(other + "/file"));
  CHECK(fs::exists(similar + "/file"));
}

TEST_CASE("HostCache notes the end of a use") {
  const Cache cache;
  const auto mark = cache.add('a', 1h) + "/.used";
  set_time(mark, std::chrono::system_clock::now() - 100h);
  {
    const auto held = holder_of(cache.folder('a'));
    CHECK(fs::file_time_type::clock::now() - fs::last_write_time(mark) > 99h);
  }
  CHECK(fs::file_time_type::clock::now() - fs::last_write_time(mark) < 1h);
}

TEST_CASE("HostCache says when a folder is gone, and without folders it does nothing") {
  const Cache cache;
  HostCache nothing;
  nothing.trim(0, now);
  const auto held = nothing.hold(cache.folder('a'));
  REQUIRE_FALSE(held);
  CHECK(held.failure().message ==
        cache.folder('a') + "/.used cannot be opened: No such file or directory; start again");
}
