#pragma once
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace scoop {

/// Base of everything scoop throws itself.
///
/// A task's own exception comes out of `Future::result()` with its standard type and text where the type is a standard
/// one (std::out_of_range, std::bad_alloc, std::system_error, ..., also int, const char* and std::string), and with
/// what std::throw_with_nested put inside. All other types come out as RemoteError when the task ran elsewhere; a task
/// that ran in the same worker hands over the exception itself, also what is no std::exception. Catch both the type
/// itself and RemoteError, or std::exception, and run once with `--ship-all` to see what a remote task gives.
///
/// Threads: exceptions are values; copies share their strings only where the standard library does.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The time was over first. What was waited for still comes, and can be waited for again.
class TimeoutError : public Error {
 public:
  using Error::Error;
};

/// The task was cancelled before it began.
class CancelledError : public Error {
 public:
  using Error::Error;
};

/// A shared constant has that name, but another type.
class TypeMismatch : public Error {
 public:
  using Error::Error;
};

/// A shared constant of that name has a value already, and another one.
class ConstantExists : public Error {
 public:
  using Error::Error;
};

/// A value cannot be written: it takes more than 1 GiB with all else that its task is sent, is nested too deeply, or
/// holds a pointer to a function that has no name in other processes.
class EncodeError : public Error {
 public:
  using Error::Error;
};

/// Bytes are not what their reader expects. A program sees it only when a MSGPACK_DEFINE class of its own refuses what
/// it wrote itself.
class DecodeError : public Error {
 public:
  using Error::Error;
};

/// One of the exceptions that std::throw_with_nested had put inside another.
struct RemoteCause {
  std::string type;  // as it is written in the source: "my::ParseError"
  std::string text;  // its what()
};

/// A task that ran in another worker threw an exception of a type that is not a standard one.
///
/// `what()` says all of it in one line: "my::ParseError: line 3 (task int (*)(int), worker w3@node7, attempt 2)",
/// without the attempt where it was the first.
class RemoteError : public Error {
 public:
  struct Origin {
    std::string worker;  // "w3@node7"
    std::string task;    // the callable's type, for people: "int (*)(int)"
    unsigned attempt = 1;
  };

  RemoteError(std::string type, std::string text, Origin origin, std::vector<RemoteCause> causes = {})
      : Error(describe(type, text, origin)),
        type_(std::move(type)),
        text_(std::move(text)),
        origin_(std::move(origin)),
        causes_(std::move(causes)) {}

  /// The exception's type as it is written in the source, and its own what(), empty where it has none.
  const std::string& type() const noexcept { return type_; }
  const std::string& text() const noexcept { return text_; }

  /// Where it was thrown: the worker's name, its host, and the task.
  const std::string& worker() const noexcept { return origin_.worker; }
  std::string host() const {
    const std::size_t at = origin_.worker.find('@');
    return at == std::string::npos ? "" : origin_.worker.substr(at + 1);
  }
  const std::string& task() const noexcept { return origin_.task; }
  /// Which attempt at the task threw it: 2 where the worker of the first was lost.
  unsigned attempt() const noexcept { return origin_.attempt; }

  /// What was nested in it, outermost first.
  const std::vector<RemoteCause>& causes() const noexcept { return causes_; }

 private:
  static std::string describe(const std::string& type, const std::string& text, const Origin& origin) {
    std::string line = text.empty() ? type : type + ": " + text;
    if (origin.task.empty()) return line;
    line += " (task " + origin.task + ", worker " + origin.worker;
    if (origin.attempt > 1) line += ", attempt " + std::to_string(origin.attempt);
    return line + ")";
  }

  std::string type_, text_;
  Origin origin_;
  std::vector<RemoteCause> causes_;
};

/// The worker that held a task was lost, more often than the task's `Options::retries` allow.
///
/// A task may have run, wholly or in part, each time: see "At least once" in the manual.
class WorkerLost : public Error {
 public:
  WorkerLost(std::string worker, std::string cause, std::string task, unsigned tries)
      : Error(describe(worker, cause, task, tries)),
        worker_(std::move(worker)),
        cause_(std::move(cause)),
        task_(std::move(task)),
        tries_(tries) {}

  /// The last worker that held it, and what that process died of: "killed by signal 9 (Killed)".
  const std::string& worker() const noexcept { return worker_; }
  const std::string& cause() const noexcept { return cause_; }

  /// The callable's type, for people, and how often the task was given to a worker.
  const std::string& task() const noexcept { return task_; }
  unsigned tries() const noexcept { return tries_; }

 private:
  static std::string describe(const std::string& worker, const std::string& cause, const std::string& task,
                              unsigned tries) {
    std::string line = "worker " + worker + " was lost (" + cause + ")";
    if (!task.empty()) line += " while it held task " + task;
    return line + (tries > 1 ? ", tried " + std::to_string(tries) + " times" : "");
  }

  std::string worker_, cause_, task_;
  unsigned tries_;
};

}  // namespace scoop
