#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "worker/runtime/stacks.hpp"

namespace scoop {

/// A stack and where it goes on. A task has one of its own only once it really blocked: then the stack it ran on is
/// kept with it, and the worker thread goes on with another.
///
/// Threads: the worker thread only. A fiber never changes its thread.
class Fiber {
 public:
  /// The stack the calling thread was born with. No task begins where less than `room` of it is left.
  struct NativeStack {
    std::size_t room;
  };
  explicit Fiber(NativeStack native);
  /// A fresh stack, which calls `entry` at the first switch; `entry` never returns. No task begins in its lower half.
  Fiber(StackPool::Stack stack, void (*entry)());

  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Leaves `this`, which must be the running fiber, and goes on in `target`; returns when something switches back.
  /// Exceptions in flight (between throw and the end of catch) stay with their fiber.
  void switch_to(Fiber& target);

  /// Tasks below this address go on on another stack.
  char* limit() const { return limit_; }
  const StackPool::Stack& stack() const { return stack_; }
  bool is_native() const { return entry_ == nullptr; }

  Fiber* next = nullptr;                            // in a list of ready or idle fibers
  const std::atomic<bool>* cancel_asked = nullptr;  // of the task that runs here

 private:
  void arrive();

  void* context_ = nullptr;  // boost::context's fcontext_t
  StackPool::Stack stack_;
  char* limit_ = nullptr;
  void (*entry_)() = nullptr;
  struct {
    void* caught = nullptr;
    unsigned uncaught = 0;
  } exceptions_;                // __cxa_eh_globals
  void* fake_stack_ = nullptr;  // AddressSanitizer's
  void* tsan_fiber_ = nullptr;

  friend struct FiberEntry;
};

}  // namespace scoop
