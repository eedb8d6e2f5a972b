#include "launcher/log_line.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace scoop;
using namespace std::chrono_literals;

namespace {

const SystemTime some_time(1795657502123456us);  // 2026-11-26 01:45:02 UTC

std::string every_byte() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

void check_travels(const LogRecord& record) {
  const auto line = record_line(record);
  CAPTURE(line);
  REQUIRE(std::ranges::count(line, '\n') == 1);
  REQUIRE(line.back() == '\n');
  const auto read = parse_record(line.substr(0, line.size() - 1));
  REQUIRE(read);
  CHECK(read->time == record.time);
  CHECK(read->level == record.level);
  CHECK(read->name == record.name);
  CHECK(read->text == record.text);
}

}  // namespace

TEST_CASE("A record is a line that people can read") {
  CHECK(record_line({some_time, LogLevel::warn, "w3@node7", "two\nlines, C:\\x, \x1b[31m, \xc3\xa9 and\ta tab"}) ==
        "2026-11-26T01:45:02.123456Z warn w3@node7 two\\nlines, C:\\\\x, \\x1b[31m, \xc3\xa9 and\ta tab\n");
}

TEST_CASE("Records come back as they were, whatever bytes they have") {
  check_travels({some_time, LogLevel::info, "launcher", "text"});
  check_travels({some_time, LogLevel::trace, "", ""});
  check_travels({some_time, LogLevel::debug, "broker", " blanks  at both ends "});
  check_travels({some_time, LogLevel::error, "w0@::1", "\n"});
  check_travels({some_time, LogLevel::critical, every_byte(), every_byte()});
  check_travels({some_time, LogLevel::info, "\"\"", "\\n \\\\ \\x41"});
  for (int first = 0; first < 256; ++first) {
    for (const char second : {'\\', 'n', 'x', '4', '\n', '\0'}) {
      check_travels({some_time, LogLevel::info, "w1@a", {static_cast<char>(first), second, '1'}});
    }
  }
}

TEST_CASE("Times come back to the microsecond, long ago and in far years") {
  for (const auto time : {SystemTime(0us), SystemTime(-1us), some_time, SystemTime(999999us),
                          SystemTime(std::chrono::sys_days(std::chrono::year(12026) / 2 / 28))}) {
    CAPTURE(time_text(time));
    CHECK(parse_time(time_text(time)) == time);
  }
  CHECK(time_text(SystemTime(-1us)) == "1969-12-31T23:59:59.999999Z");
}

TEST_CASE("What is no record is none") {
  const std::string good = "2026-11-26T01:45:02.123456Z info w3@node7 text";
  REQUIRE(parse_record(good));
  for (const auto* bad : {"", " ", "text", "2026-11-26T01:45:02.123456Z", "2026-11-26T01:45:02.123456Z loud w3 text",
                          "2026-11-26 01:45:02.123456Z info w3 text", "2026-11-26T01:45:02.123456 info w3 text",
                          "2026-11-26T01:45:02.123456Z info w3 \\q", "2026-11-26T01:45:02.123456Z info w3 \\",
                          "2026-11-26T01:45:02.123456Z info w3 \\x4", "2026-11-26T01:45:02.123456Z info \\xzz text"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_record(bad));
  }
}

TEST_CASE("Words are told apart, whatever they have") {
  using Words = std::vector<std::string>;
  for (const auto& words :
       {Words{}, Words{""}, Words{"", ""}, Words{"a b", "\"\"", "\"", "\\", "\t", "\n", every_byte()}}) {
    CHECK(split_words(join_words(words)) == words);
  }
  CHECK(join_words({"scoop-launch", "a b", "", "c"}) == "scoop-launch a\\x20b \"\" c");
}
