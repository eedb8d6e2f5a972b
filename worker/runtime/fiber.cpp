#include "worker/runtime/fiber.hpp"

#include <cxxabi.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/context/detail/fcontext.hpp>
#include <cstring>

#include "common/base/sanitizers.hpp"

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define VALGRIND_STACK_REGISTER(lowest, highest) ((void)(lowest), (void)(highest))
#endif

namespace scoop {
namespace {

namespace context = boost::context::detail;

// ThreadSanitizer keeps the calls of each stack, 65,536 of them at most; the smallest takes 16 bytes.
constexpr std::size_t most_used_with_tsan = 1024 * 1024;

/// Room is left below it: what one task that calls nothing of scoop may use. It may lie above the stack.
char* limit_of(const StackPool::Stack& stack, std::size_t room) {
  char* limit = stack.base + room;
  const bool is_limited = has_thread_sanitizer() && most_used_with_tsan < stack.size;
  return is_limited ? std::max(limit, stack.top() - most_used_with_tsan) : limit;
}

// A stack whose top is exactly page-aligned makes each switch ten times dearer (store forwarding across the page
// boundary: 100 ns against 7); measured.
constexpr std::size_t top_offset = 64;

}  // namespace

struct FiberEntry {
  [[noreturn]] static void run(context::transfer_t transfer) {
    // The fiber that is entered travels beside the one that is left, in a pair on the latter's stack.
    auto** pair = static_cast<Fiber**>(transfer.data);
    Fiber* from = pair[0];
    Fiber* self = pair[1];
    from->context_ = transfer.fctx;
    self->arrive();
    self->entry_();
    __builtin_unreachable();
  }
};

Fiber::Fiber(NativeStack native) {
  pthread_attr_t attributes;
  void* base = nullptr;
  std::size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    pthread_attr_getstack(&attributes, &base, &size);
    pthread_attr_destroy(&attributes);
  }
  // The main thread's stack grows up to a limit that may be infinite; use no more of it than of the others.
  constexpr std::size_t most = 8 * 1024 * 1024;
  char* top = static_cast<char*>(base) + size;
  if (size > most) size = most;
  stack_ = {top - size, size};
  limit_ = limit_of(stack_, native.room);
  show_stack_to_leak_sanitizer(stack_.base, stack_.size);
  if (has_thread_sanitizer()) tsan_fiber_ = __tsan_get_current_fiber();
}

Fiber::Fiber(StackPool::Stack stack, void (*entry)()) : stack_(stack), entry_(entry) {
  limit_ = limit_of(stack, stack.size / 2);
  show_stack_to_leak_sanitizer(stack.base, stack.size);
  VALGRIND_STACK_REGISTER(stack.base, stack.top());  // a few instructions that do nothing elsewhere
  context_ = context::make_fcontext(stack.top() - top_offset, stack.size - top_offset, &FiberEntry::run);
  if (has_thread_sanitizer()) tsan_fiber_ = __tsan_create_fiber(0);
}

void Fiber::switch_to(Fiber& target) {
  Fiber* pair[2] = {this, &target};
  static_assert(sizeof exceptions_ == 16, "__cxa_eh_globals of the Itanium ABI");
  std::memcpy(static_cast<void*>(&exceptions_), abi::__cxa_get_globals(), sizeof exceptions_);
  if (has_address_sanitizer()) __sanitizer_start_switch_fiber(&fake_stack_, target.stack_.base, target.stack_.size);
  if (has_thread_sanitizer()) __tsan_switch_to_fiber(target.tsan_fiber_, 0);
  const context::transfer_t back = context::jump_fcontext(target.context_, pair);
  static_cast<Fiber**>(back.data)[0]->context_ = back.fctx;
  arrive();
}

void Fiber::arrive() {
  if (has_address_sanitizer()) __sanitizer_finish_switch_fiber(fake_stack_, nullptr, nullptr);
  std::memcpy(static_cast<void*>(abi::__cxa_get_globals()), &exceptions_, sizeof exceptions_);
}

}  // namespace scoop
