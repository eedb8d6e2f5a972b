#pragma once
#include <string>

#include "common/base/log.hpp"
#include "common/base/log_format.hpp"
#include "common/base/result.hpp"
#include "common/base/unique_fd.hpp"
#include "common/process/event_loop.hpp"
#include "common/progress/progress_display.hpp"
#include "launcher/output_queue.hpp"

namespace scoop {

/// All that the user sees of a run but for the origin's own outputs: log lines, what the other workers write, progress.
///
/// Log lines go to standard error, or to a file; then errors go to both.
class Console {
 public:
  Console() : out_(1), error_(2) {}

  /// Appends to `path`.
  Status open_log_file(const std::string& path);
  void set_broker(const std::string& host_port) { format_.set_broker(host_port); }

  void show(const LogRecord& record);
  /// A worker's output, whole lines.
  void print(bool is_error, std::string_view lines);

  /// How far maps are, on standard error as well. What does not find room there at once is not shown.
  ProgressDisplay& progress() { return progress_; }
  void show_progress(TimePoint now);
  /// When that is due.
  TimePoint next_progress() const { return error_.queued_bytes() > 0 ? never : progress_.next_deadline(); }
  /// The terminal is as others expect it, until progress is shown again.
  void hide_progress() { error_.write(progress_.hide()); }

  /// Takes part in a loop; `set_interests` before each round of it.
  void set_interests(EventLoop& loop);
  /// The user's terminal or pipe does not take more now: nothing should be asked of those who write.
  bool is_clogged() const;
  /// What is written there reaches nobody any more.
  bool is_broken(bool is_error) const { return (is_error ? error_ : out_).is_broken(); }
  bool has_queued() const { return out_.queued_bytes() > 0 || error_.queued_bytes() > 0; }

 private:
  static void watch(EventLoop& loop, OutputQueue& queue);
  void tell_of_loss();

  LogFormat format_;
  OutputQueue out_;
  OutputQueue error_;
  ProgressDisplay progress_;
  UniqueFd log_file_;
  bool has_told_of_loss_ = false;
};

}  // namespace scoop
