#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "launcher/log_line.hpp"

/// The file `run` in a run's folder: lines of `key: value`, appended as things become known. Of a key that comes again
/// the last counts; unknown ones are passed over, and so is a line without its end. Texts are escaped as in
/// log_line.hpp, times are written as there.
///
///     version: 1
///     command: scoop-launch -n 2 ./work.so two\x20words
///     folder: /home/me/work
///     pid: 4711
///     start: 2026-11-26T01:45:02.123456Z
///     directory: /tmp/scoop-1000/run-4711-99        for tools that talk to a living run
///     hosts: 127.0.0.1 2 node7 8                    each with its number of workers
///     broker: 2026-11-26T01:45:02.234567Z 127.0.0.1:4711    since when log lines name this place
///     status: 0
///     outcome: done
///     end: 2026-11-26T01:45:04.345678Z
namespace scoop {

struct RunHost {
  std::string name;
  std::uint32_t workers = 0;
};

struct BrokerPlace {
  SystemTime since;
  std::string place;  // as log lines name it
};

struct RunEnd {
  SystemTime time;
  int status = 0;
  std::string outcome;  // one word
};

struct RunRecord {
  std::vector<std::string> command;  // every word; of `--env NAME=VALUE` without the value
  std::string folder;                // the working folder
  std::int64_t pid = 0;              // the launcher's
  SystemTime start;
  std::string directory;  // empty: not made yet
  std::vector<RunHost> hosts;
  std::optional<BrokerPlace> broker;
  std::optional<RunEnd> end;
};

/// As lines of the file.
std::string begin_lines(const RunRecord& run);
std::string directory_line(const std::string& path);
std::string hosts_line(const std::vector<RunHost>& hosts);
std::string broker_line(const BrokerPlace& broker);
std::string end_lines(const RunEnd& end);

/// None: the run has not begun yet, or it is no such file.
std::optional<RunRecord> parse_run_record(std::string_view text);
/// Of the run whose folder it is.
std::optional<RunRecord> read_run_record(const std::string& path);

}  // namespace scoop
