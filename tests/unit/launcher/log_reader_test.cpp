#include "launcher/log_reader.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "support/temp_dir.hpp"

using namespace scoop;
using namespace std::chrono_literals;
using scoop::test::TempDir;

namespace {

LogRecord record(int time_us, const std::string& name, const std::string& text) {
  return {SystemTime(std::chrono::microseconds(time_us)), LogLevel::info, name, text};
}

void append(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::app) << text; }

/// All there is, as "a b c".
std::string texts(LogReader& reader) {
  std::string all;
  while (const auto one = reader.next()) all += (all.empty() ? "" : " ") + one->text;
  return all;
}

}  // namespace

TEST_CASE("LogFile gives whole records only, and more when more has come") {
  const TempDir folder;
  const auto path = folder / "launcher.log";
  LogFile file(path);
  CHECK_FALSE(file.next());  // it is not there yet
  const auto line = record_line(record(1, "launcher", "one"));
  append(path, line.substr(0, 20));
  CHECK_FALSE(file.next());
  append(path, line.substr(20) + line.substr(0, 5));
  CHECK(file.next()->text == "one");
  CHECK_FALSE(file.next());
  append(path, line.substr(5) + "what is no record\n" + record_line(record(2, "launcher", std::string(100'000, 'x'))));
  CHECK(file.next()->text == "one");
  CHECK(file.next()->text == std::string(100'000, 'x'));
  CHECK_FALSE(file.next());
}

TEST_CASE("LogReader merges the files of a run by time") {
  const TempDir folder;
  append(folder / "launcher.log", record_line(record(1, "launcher", "a")) + record_line(record(5, "launcher", "e")));
  append(folder / "w0@a.log", record_line(record(2, "w0@a", "b")) + record_line(record(4, "w0@a", "d")));
  append(folder / "w1@a.log", record_line(record(3, "w1@a", "c")) + record_line(record(6, "w1@a", "f")));
  append(folder / "run", "version: 1\n");
  LogReader reader(folder.path());
  reader.refresh();
  CHECK(texts(reader) == "a b c d e f");
}

TEST_CASE("LogReader keeps a firm order where times are equal") {
  const TempDir folder;
  for (const std::string name : {"w10@a", "other", "w2@b", "broker", "daemon-a", "launcher"}) {
    append(folder / (name + ".log"),
           record_line(record(7, name, name + ".1")) + record_line(record(7, name, name + ".2")));
  }
  LogReader reader(folder.path());
  reader.refresh();
  CHECK(texts(reader) ==
        "launcher.1 launcher.2 broker.1 broker.2 daemon-a.1 daemon-a.2 w2@b.1 w2@b.2 w10@a.1 w10@a.2 other.1 other.2");
}

TEST_CASE("LogReader leaves the records of a process in the order in which it said them") {
  const TempDir folder;
  append(folder / "w0@a.log", record_line(record(5, "w0@a", "first")) + record_line(record(3, "w0@a", "second")) +
                                  record_line(record(6, "w0@a", "third")));
  append(folder / "w1@a.log", record_line(record(4, "w1@a", "before")) + record_line(record(6, "w1@a", "after")));
  LogReader reader(folder.path());
  reader.refresh();
  CHECK(texts(reader) == "before first second third after");
}

TEST_CASE("LogReader finds what comes later, in files it knows and in new ones") {
  const TempDir folder;
  LogReader reader(folder.path());
  reader.refresh();
  CHECK(texts(reader) == "");
  append(folder / "w0@a.log", record_line(record(2, "w0@a", "one")));
  reader.refresh();
  CHECK(texts(reader) == "one");
  append(folder / "w0@a.log", record_line(record(4, "w0@a", "three")));
  append(folder / "w1@a.log", record_line(record(3, "w1@a", "two")));
  CHECK(texts(reader) == "");
  reader.refresh();
  CHECK(texts(reader) == "two three");
}
