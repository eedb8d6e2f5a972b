#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace scoop::test {

/// A terminal with a small shell on it: runs one program in the foreground, as a job that can be stopped and continued.
class Terminal {
 public:
  /// `environment` beside this process's own, as "NAME=value".
  Terminal(const std::vector<std::string>& argv, const std::vector<std::string>& environment);
  ~Terminal();  // ends the job and the shell
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Of a terminal that has just begun, it is not known.
  void resize(int rows, int columns);
  /// Types: "\x03" is Ctrl-C, "\x1a" Ctrl-Z.
  void type(const std::string& keys);
  /// Waits until the screen shows it, for at most 20 s.
  bool shows(const std::string& text);
  /// Waits for the shell's next word about the job: "stopped", "exited 3", "killed 9"; empty after 20 s.
  std::string job_event();
  /// As the shell's `fg`.
  void continue_job();
  /// As when its window is closed.
  void hang_up();
  pid_t job() const { return job_; }
  const std::string& screen() const { return screen_; }

 private:
  int master_ = -1;
  int events_ = -1;
  int orders_ = -1;
  pid_t shell_ = -1;
  pid_t job_ = -1;
  std::string screen_;
  std::string said_;
};

}  // namespace scoop::test
