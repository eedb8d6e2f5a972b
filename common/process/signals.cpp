#include "common/process/signals.hpp"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace scoop {
namespace {

// The one state of this file: a child must begin as if this process had never touched its own signals.
sigset_t original_mask;
bool mask_was_changed = false;
bool pipe_was_ignored_here = false;

bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

SignalFd::SignalFd(const std::vector<int>& signals) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) {
    if (signal == SIGCHLD || !is_ignored(signal)) ::sigaddset(&set, signal);
  }
  ::sigprocmask(SIG_BLOCK, &set, &original_mask);
  mask_was_changed = true;
  // An ignored SIGCHLD is inherited and would make the system reap our children behind our back.
  ::signal(SIGCHLD, SIG_DFL);
  fd_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

std::vector<SignalEvent> SignalFd::take() {
  std::vector<SignalEvent> events;
  std::array<signalfd_siginfo, 16> block;
  while (true) {
    const auto bytes = ::read(fd_.get(), block.data(), sizeof block);
    if (bytes <= 0) return events;
    for (std::size_t i = 0; i < static_cast<std::size_t>(bytes) / sizeof block[0]; ++i) {
      events.push_back({static_cast<int>(block[i].ssi_signo), block[i].ssi_code == SI_KERNEL});
    }
  }
}

void ignore_broken_pipes() {
  pipe_was_ignored_here = !is_ignored(SIGPIPE);
  ::signal(SIGPIPE, SIG_IGN);
}

void restore_signals() {
  if (pipe_was_ignored_here) ::signal(SIGPIPE, SIG_DFL);
  if (mask_was_changed) ::sigprocmask(SIG_SETMASK, &original_mask, nullptr);
}

void deliver_to_self(int signal) {
  sigset_t one;
  ::sigemptyset(&one);
  ::sigaddset(&one, signal);
  ::raise(signal);
  ::sigprocmask(SIG_UNBLOCK, &one, nullptr);
  ::sigprocmask(SIG_BLOCK, &one, nullptr);
}

std::string describe_signal(int signal) {
  const char* words = ::sigdescr_np(signal);
  return "signal " + std::to_string(signal) + (words != nullptr ? " (" + std::string(words) + ")" : "");
}

LossCause to_cause(int wait_status) {
  LossCause cause;
  if (WIFSIGNALED(wait_status)) {
    cause.signal = WTERMSIG(wait_status);
    cause.text = "killed by " + describe_signal(cause.signal);
  } else {
    cause.status = WEXITSTATUS(wait_status);
    cause.text = "ended with exit status " + std::to_string(cause.status);
  }
  return cause;
}

}  // namespace scoop
