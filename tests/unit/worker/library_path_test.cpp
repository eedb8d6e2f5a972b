#include "worker/library_path.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace scoop;

namespace {

using Environment = std::vector<std::string>;

/// This process's own two variables, for as long as this lives; empty: not set.
class Variables {
 public:
  Variables(const std::string& all, const std::string& ours) : before_(get("LD_LIBRARY_PATH")) {
    set("LD_LIBRARY_PATH", all);
    set("SCOOP_LIBRARY_PATH", ours);
  }
  ~Variables() {
    set("LD_LIBRARY_PATH", before_);
    set("SCOOP_LIBRARY_PATH", "");
  }
  static std::string get(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
  }

 private:
  static void set(const char* name, const std::string& value) {
    if (value.empty()) {
      ::unsetenv(name);
    } else {
      ::setenv(name, value.c_str(), 1);
    }
  }
  std::string before_;
};

}  // namespace

TEST_CASE("take_library_path leaves the user's own part") {
  const Variables variables("/a:/b:/opt/x", "/a:/b");
  CHECK(take_library_path() == "/a:/b");
  CHECK(Variables::get("LD_LIBRARY_PATH") == "/opt/x");
  CHECK(std::getenv("SCOOP_LIBRARY_PATH") == nullptr);
  CHECK(take_library_path().empty());
}

TEST_CASE("take_library_path leaves no empty variable") {
  const Variables variables("/a:/b", "/a:/b");
  CHECK(take_library_path() == "/a:/b");
  CHECK(std::getenv("LD_LIBRARY_PATH") == nullptr);
}

TEST_CASE("take_library_path touches nothing that is not ours") {
  SUBCASE("nothing was sent") {
    const Variables variables("/opt/x", "");
    CHECK(take_library_path().empty());
    CHECK(Variables::get("LD_LIBRARY_PATH") == "/opt/x");
  }
  SUBCASE("a tool has set another path") {
    const Variables variables("/ab:/opt/x", "/a");
    CHECK(take_library_path() == "/a");
    CHECK(Variables::get("LD_LIBRARY_PATH") == "/ab:/opt/x");
  }
}

TEST_CASE("with_library_path puts the folders in front of the user's") {
  CHECK(with_library_path({"A=1"}, "") == Environment{"A=1"});
  CHECK(with_library_path({"A=1"}, "/a:/b") == Environment{"A=1", "SCOOP_LIBRARY_PATH=/a:/b", "LD_LIBRARY_PATH=/a:/b"});
  CHECK(with_library_path({"LD_LIBRARY_PATH=/opt/x", "A=1"}, "/a") ==
        Environment{"LD_LIBRARY_PATH=/a:/opt/x", "A=1", "SCOOP_LIBRARY_PATH=/a"});
  CHECK(with_library_path({"LD_LIBRARY_PATH="}, "/a") == Environment{"LD_LIBRARY_PATH=/a", "SCOOP_LIBRARY_PATH=/a"});
}
