#include "worker/runtime/local_progress.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/progress/progress_display.hpp"

namespace scoop {
namespace {

/// Those that end or stop a process which does not care for them.
constexpr int fatal_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGTERM, SIGTSTP};

void write_all(std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(STDERR_FILENO, text.data(), text.size());
    if (count < 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void on_fatal_signal(int number) {
  (void)!::write(STDERR_FILENO, whole_screen.data(), whole_screen.size());
  ::signal(number, SIG_DFL);
  ::raise(number);
}

/// Only where the program has not said what is to happen.
void replace_handlers(void (*from)(int), void (*to)(int)) {
  for (const int number : fatal_signals) {
    struct sigaction action {};
    if (::sigaction(number, nullptr, &action) != 0 || (action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != from)
      continue;
    action = {};
    action.sa_handler = to;
    ::sigaction(number, &action, nullptr);
  }
}

/// Never destroyed: it is used to the very end.
ProgressDisplay& display() {
  static auto& one = *new ProgressDisplay;
  return one;
}

void update() {
  const TimePoint now = Clock::now();
  if (now < display().next_deadline()) return;
  const auto text = display().update(now, look_at_terminal(STDERR_FILENO));
  if (display().has_status_line()) replace_handlers(SIG_DFL, &on_fatal_signal);
  write_all(text);
  if (!display().has_status_line()) replace_handlers(&on_fatal_signal, SIG_DFL);
}

}  // namespace

void show_progress_here(control::MapProgress progress) {
  static const pid_t self = [] {
    std::atexit([] {
      if (::getpid() != self) return;
      display().on_end();
      update();
    });
    return ::getpid();
  }();
  if (::getpid() != self) return;  // a child of fork()
  display().on_progress(progress, Clock::now());
  update();
}

}  // namespace scoop
