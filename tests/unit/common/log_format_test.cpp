#include "common/base/log_format.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

using scoop::LogFormat;
using scoop::LogLevel;

namespace {

scoop::LogRecord at(LogLevel level, const char* name, const char* text) {
  setenv("TZ", "UTC", 1);
  tzset();
  // 2026-11-22 11:03:38.600 UTC
  return {std::chrono::system_clock::time_point(std::chrono::milliseconds(1795345418600)), level, name, text};
}

}  // namespace

TEST_CASE("LogFormat writes SCOOP's form") {
  LogFormat format;
  CHECK(format.line(at(LogLevel::info, "launcher", "Worker distribution:")) ==
        "[2026-11-22 11:03:38,600] launcher  INFO    Worker distribution:\n");
}

TEST_CASE("LogFormat names the broker's place once it is known") {
  LogFormat format;
  format.set_broker("127.0.0.1:50551");
  CHECK(format.line(at(LogLevel::info, "launcher", "Root process is done.")) ==
        "[2026-11-22 11:03:38,600] launcher  (127.0.0.1:50551) INFO    Root process is done.\n");
}

TEST_CASE("LogFormat keeps long names and has Python's level names") {
  LogFormat format;
  CHECK(format.line(at(LogLevel::warn, "w3@127.0.0.1", "%v {} %")) ==
        "[2026-11-22 11:03:38,600] w3@127.0.0.1 WARNING %v {} %\n");
  CHECK(format.line(at(LogLevel::critical, "broker", "x")) == "[2026-11-22 11:03:38,600] broker    CRITICAL x\n");
}

TEST_CASE("Log passes on what reaches its level") {
  std::vector<scoop::LogRecord> seen;
  const scoop::Log log("broker", LogLevel::warn, [&](scoop::LogRecord record) { seen.push_back(std::move(record)); });
  log.info("no");
  log.error("yes");
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].text == "yes");
  CHECK(seen[0].name == "broker");
  CHECK(seen[0].level == LogLevel::error);
  CHECK_FALSE(log.shows(LogLevel::info));
}
