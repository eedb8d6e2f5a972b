#include "worker/runtime/stack_overflow.hpp"

#include <signal.h>
#include <unistd.h>

#include <string_view>

namespace scoop {
namespace {

constexpr std::string_view sentence =
    "scoop: a task or main used up its stack, by endless recursion or by large local arrays; put these into vectors, "
    "or give tasks more with --stack-size and main with ulimit -s\n";

// What a signal handler can reach.
Fiber* const* running_fiber = nullptr;

/// Where accesses below the stack's end go.
bool is_below(const StackPool::Stack& stack, const void* address) {
  // The system's own idea of where the native stack ends differs by some pages.
  constexpr std::ptrdiff_t slack = 64 * 1024;
  const char* at = static_cast<const char*>(address);
  const std::ptrdiff_t guard = static_cast<std::ptrdiff_t>(StackPool::guard_of(stack.size)) + slack;
  return at >= stack.base - guard && at < stack.base + slack;
}

/// On a stack of its own. When it returns, the same access ends the process as it would have without it; a signal that
/// somebody sent does not come again by itself.
void on_bad_access(int, siginfo_t* info, void*) {
  const bool was_sent = info->si_code <= 0;
  if (!was_sent && is_below((*running_fiber)->stack(), info->si_addr))
    (void)!::write(STDERR_FILENO, sentence.data(), sentence.size());
  ::signal(SIGSEGV, SIG_DFL);
  if (was_sent) ::raise(SIGSEGV);
}

}  // namespace

void report_stack_overflow(Fiber* const& running) {
  struct sigaction action {};
  if (::sigaction(SIGSEGV, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) return;
  running_fiber = &running;
  static char memory[64 * 1024];
  const stack_t own{memory, 0, sizeof memory};
  if (::sigaltstack(&own, nullptr) != 0) return;
  action.sa_sigaction = on_bad_access;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigaction(SIGSEGV, &action, nullptr);
}

}  // namespace scoop
