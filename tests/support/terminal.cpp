#include "support/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "support/wait_until.hpp"

namespace scoop::test {
namespace {

/// The shell's life, in a process of its own: leads the session, starts the job, tells what becomes of it.
[[noreturn]] void be_shell(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                           int events, int orders) {
  ::signal(SIGTTOU, SIG_IGN);  // it hands the terminal over from the background
  const pid_t job = ::fork();
  if (job == 0) {
    ::setpgid(0, 0);
    ::tcsetpgrp(0, ::getpid());
    ::signal(SIGTTOU, SIG_DFL);
    for (const auto& entry : environment) ::putenv(const_cast<char*>(entry.c_str()));
    std::vector<char*> pointers;
    for (const auto& word : argv) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    ::execvp(pointers[0], pointers.data());
    ::_exit(127);
  }
  ::setpgid(job, job);
  ::dprintf(events, "started %d\n", job);
  int status = 0;
  while (::waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
    ::tcsetpgrp(0, ::getpid());
    ::dprintf(events, "stopped\n");
    char order = 0;
    if (::read(orders, &order, 1) != 1) break;
    ::tcsetpgrp(0, job);
    ::kill(-job, SIGCONT);
  }
  if (WIFEXITED(status)) ::dprintf(events, "exited %d\n", WEXITSTATUS(status));
  if (WIFSIGNALED(status)) ::dprintf(events, "killed %d\n", WTERMSIG(status));
  char order = 0;
  while (::read(orders, &order, 1) == 1) continue;
  ::_exit(0);
}

void append_available(int fd, std::string& to) {
  char block[4096];
  for (long count; (count = ::read(fd, block, sizeof block)) > 0;) to.append(block, static_cast<std::size_t>(count));
}

}  // namespace

Terminal::Terminal(const std::vector<std::string>& argv, const std::vector<std::string>& environment) {
  int events[2];
  int orders[2];
  if (::pipe2(events, O_CLOEXEC) != 0 || ::pipe2(orders, O_CLOEXEC) != 0) throw std::runtime_error("no pipes");
  shell_ = ::forkpty(&master_, nullptr, nullptr, nullptr);
  if (shell_ < 0) throw std::runtime_error("no terminal");
  if (shell_ == 0) {
    ::close(events[0]);
    ::close(orders[1]);
    be_shell(argv, environment, events[1], orders[0]);
  }
  ::close(events[1]);
  ::close(orders[0]);
  events_ = events[0];
  orders_ = orders[1];
  for (const int fd : {master_, events_}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  job_ = std::stoi(job_event().substr(8));
}

Terminal::~Terminal() {
  ::kill(-job_, SIGKILL);
  ::kill(-job_, SIGCONT);
  ::close(orders_);
  ::close(events_);
  if (master_ >= 0) hang_up();
  ::waitpid(shell_, nullptr, 0);
}

void Terminal::resize(int rows, int columns) {
  const winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
  if (::ioctl(master_, TIOCSWINSZ, &size) != 0) throw std::runtime_error("the terminal is gone");
}

void Terminal::type(const std::string& keys) {
  if (::write(master_, keys.data(), keys.size()) < 0) throw std::runtime_error("the terminal is gone");
}

bool Terminal::shows(const std::string& text) {
  return wait_until([&] {
    append_available(master_, screen_);
    return screen_.find(text) != std::string::npos;
  });
}

std::string Terminal::job_event() {
  std::string event;
  static_cast<void>(wait_until([&] {
    append_available(master_, screen_);  // else the job may wait for its screen
    append_available(events_, said_);
    const auto end = said_.find('\n');
    if (end == std::string::npos) return false;
    event = said_.substr(0, end);
    said_.erase(0, end + 1);
    return true;
  }));
  return event;
}

void Terminal::continue_job() {
  if (::write(orders_, "c", 1) != 1) throw std::runtime_error("the shell is gone");
}

void Terminal::hang_up() {
  ::close(master_);
  master_ = -1;
}

}  // namespace scoop::test
