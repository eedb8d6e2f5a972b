#pragma once
#include <cstddef>
#include <vector>

namespace scoop {

/// Address space for stacks, in slabs, with a guard below each where the kernel allows. Never given back to the system
/// before the process ends; pages of idle stacks are.
///
/// Units:  bytes; a stack has at least 64 KiB.
/// Errors: throws std::bad_alloc when there is no address space left, even for a small stack.
class StackPool {
 public:
  struct Stack {
    char* base = nullptr;  // lowest usable address
    std::size_t size = 0;
    char* top() const { return base + size; }
  };
  /// Below each stack. Frames of large local arrays may step over it, unless they are larger still.
  static std::size_t guard_of(std::size_t size);

  /// `size` of each stack; smaller ones are made where RLIMIT_AS does not leave room for several of these.
  explicit StackPool(std::size_t size);

  Stack take();
  /// Address space of each stack with its guard. May become less with time.
  std::size_t size() const { return size_; }

  /// Gives the pages of an idle stack back to the system if it went deep.
  static void trim(const Stack& stack);

 private:
  void add_slab();
  void guard(char* lowest);

  std::size_t size_;
  std::size_t per_slab_;
  std::vector<Stack> free_;
  std::size_t mprotect_guards_ = 0;
};

}  // namespace scoop
