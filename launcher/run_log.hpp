#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/log.hpp"
#include "launcher/run_record.hpp"
#include "launcher/state_folder.hpp"

namespace scoop {

/// What a run leaves in its folder: the file `run`, and a log file for each process that said something, named like the
/// process: launcher.log, w3@node7.log. Files are their user's alone (600).
///
/// Cost:    records wait in memory, for a second at most, so that a flood of them costs few writes.
/// Bounds:  `most_file_bytes` a log file; then one line says that the rest is dropped.
/// Errors:  where the folder cannot be made or written, `warn` is called once, and nothing is kept any more.
/// Threads: one.
class RunLog {
 public:
  using Warn = std::function<void(std::string)>;

  static constexpr std::size_t usual_file_bytes = 64u << 20;

  explicit RunLog(Warn warn, std::size_t most_file_bytes = usual_file_bytes)
      : warn_(std::move(warn)), most_file_bytes_(most_file_bytes) {}

  void begin(const std::vector<std::string>& command);
  /// Where the sockets of the run are.
  void set_directory(const std::string& path);
  /// All hosts that take part now, in place of those that were named before.
  void set_hosts(const std::vector<RunHost>& hosts);
  /// From here on log lines name the broker's place.
  void set_broker(const std::string& place);

  void write(const LogRecord& record);
  /// When `on_tick` is due.
  TimePoint next_flush() const { return next_flush_; }
  void on_tick(TimePoint now);

  /// How it went, in a word. Nothing is written behind it.
  void end(int status, const std::string& outcome);

 private:
  struct File {
    std::string path;
    std::string unwritten;
    std::size_t bytes = 0;  // written or not
    bool is_full = false;
  };

  File& file_of(const std::string& name);
  void append(File& file, std::string_view line);
  void flush();
  void append_to_record(const std::string& lines);
  void give_up(const std::string& why);

  Warn warn_;
  std::size_t most_file_bytes_;
  RunFolder folder_;
  bool is_kept_ = false;
  std::map<std::string, File> files_;  // by the process's name
  std::size_t unwritten_bytes_ = 0;
  TimePoint next_flush_ = never;
};

/// The name of the log file of the process that is called `name`, whatever its host is called.
std::string log_file_name(const std::string& name);

}  // namespace scoop
