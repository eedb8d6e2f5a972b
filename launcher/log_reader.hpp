#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "launcher/log_line.hpp"

namespace scoop {

/// One process's records, as they are appended to its file.
class LogFile {
 public:
  explicit LogFile(std::string path) : path_(std::move(path)) {}

  /// The next whole record. None: there is no more for now.
  std::optional<LogRecord> next();

 private:
  bool read_more();

  std::string path_;
  std::size_t offset_ = 0;  // of what is read
  std::string text_;
  std::size_t begin_ = 0;  // of what is not taken yet
};

/// The records of all processes of a run, in the order of their times. Of equal times the launcher's come first, then
/// the broker's, the daemons', the workers' by their numbers; those of one process always stay in the order in which it
/// said them. Holds a piece of each file at a time.
class LogReader {
 public:
  explicit LogReader(std::string folder) : folder_(std::move(folder)) {}

  /// The next record. None: there is no more for now.
  std::optional<LogRecord> next();
  /// Looks what has come since: in files that had no more, and in new ones.
  void refresh();

 private:
  struct Source {
    LogFile file;
    std::uint64_t rank;
    SystemTime latest;  // of what it has given
    std::optional<LogRecord> record;
  };
  using Place = std::tuple<SystemTime, std::uint64_t, std::size_t>;  // time, rank, which source

  void offer(std::size_t source);
  void find_files();

  std::string folder_;
  std::set<std::string> known_;
  std::deque<Source> sources_;
  std::set<Place> ready_;
};

/// The order of processes where times are equal: "launcher" before "broker", "w2@node7" before "w10@node7".
std::uint64_t rank_of(std::string_view name);

}  // namespace scoop
