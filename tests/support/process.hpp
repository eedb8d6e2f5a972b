#pragma once
#include <sys/types.h>

#include <chrono>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace scoop::test {

struct Command {
  std::vector<std::string> argv;             // argv[0] is looked up on this process's PATH if it has no slash
  std::map<std::string, std::string> env{};  // beside this process's own
  std::string input{};                       // its standard input
  bool keep_input_open = false;              // else its standard input ends behind `input`
  std::string directory{};                   // empty: this process's own
  std::chrono::milliseconds limit = std::chrono::seconds(30);
};

struct Outcome {
  int status = -1;  // exit status; -1: ended by a signal
  int signal = 0;
  bool timed_out = false;  // it ran longer than the limit and was killed, with all its family
  std::string out;
  std::string err;
};

/// All of it, for doctest to show.
std::ostream& operator<<(std::ostream& stream, const Outcome& outcome);

/// A program that a test runs and watches. It has a process group of its own, so kill(-pid, SIGINT) is its Ctrl-C.
///
/// Family:  what it started, and what these started, is recognised by a mark in the environment, even after a
///          kill -9 of every process between.
/// Threads: one thread behind the object reads both outputs all the time, so the program never blocks on them.
/// Errors:  std::system_error if it cannot be started.
class Process {
 public:
  explicit Process(Command command);
  ~Process();  // kills what is left of the family
  Process(Process&&) noexcept;

  pid_t pid() const;
  void signal(int number);
  void write(const std::string& text);
  void close_input();

  /// What it has written so far.
  std::string out() const;
  std::string err() const;
  bool is_running() const;

  /// Waits for its end, not for the end of its outputs (its children may hold them). After the command's limit,
  /// counted from the start, the family is killed.
  Outcome wait();

  /// Living processes of the family, itself among them while it lives.
  std::vector<pid_t> family() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Starts it, waits for it, and leaves none of its family.
Outcome run(Command command);

/// The command line of a living process, blanks between; empty when there is none. For messages and for finding one's
/// way in a family: "scoop-worker --host ...".
std::string command_line(pid_t pid);

/// Whether the machine has a program, by its whole path. Prints that it has not, as the reason of what is skipped.
bool has_program(const std::string& path);

/// Living processes that have this entry, "NAME=value", in their environment.
std::vector<pid_t> processes_with(const std::string& entry);

/// Living children of a process, their children, and so on.
std::vector<pid_t> processes_below(pid_t ancestor);

}  // namespace scoop::test
