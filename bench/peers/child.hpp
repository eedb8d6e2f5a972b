#pragma once
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace bench {

/// A forked process that does one thing, for as long as this object or its parent lives.
class Child {
 public:
  template <class Do>
  explicit Child(Do&& work) : pid_(::fork()) {
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    work();
    ::_exit(0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    wait();
  }

  void wait() {
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_;
};

/// A directory for ipc sockets.
class SocketDir {
 public:
  SocketDir() : path_(std::filesystem::temp_directory_path() / ("scoop-peer-" + std::to_string(::getpid()))) {
    std::filesystem::create_directory(path_);
  }
  SocketDir(const SocketDir&) = delete;
  SocketDir& operator=(const SocketDir&) = delete;
  ~SocketDir() { std::filesystem::remove_all(path_); }

  std::string address(const char* name) const { return "ipc://" + (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace bench
