#include "worker/runtime/stacks.hpp"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <new>

namespace scoop {
namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t smallest_stack = 64 * 1024;
// Kept resident in an idle stack: what a task that blocks usually needs.
constexpr std::size_t kept_resident = 64 * 1024;
// Each mprotect guard splits a mapping, and a process may have 65,530 of these (vm.max_map_count).
constexpr std::size_t most_mprotect_guards = 20'000;
// Guards without splitting the mapping; Linux 6.13. The C library does not know it yet.
constexpr int madv_guard_install = 102;

std::size_t fit_to_address_limit(std::size_t size) {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return size;
  // A 64th of the limit each: some dozens of suspended tasks beside the program's own memory.
  const std::size_t share = static_cast<std::size_t>(limit.rlim_cur) / 64 / page * page;
  return std::clamp(share, smallest_stack, size);
}

}  // namespace

std::size_t StackPool::guard_of(std::size_t size) { return std::max(page, size / 16 / page * page); }

StackPool::StackPool(std::size_t size)
    : size_(fit_to_address_limit(std::max(smallest_stack, size / page * page))), per_slab_(size_ == size ? 64 : 4) {}

StackPool::Stack StackPool::take() {
  if (free_.empty()) add_slab();
  const Stack stack = free_.back();
  free_.pop_back();
  return stack;
}

void StackPool::add_slab() {
  for (;;) {
    void* memory = mmap(nullptr, size_ * per_slab_, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory != MAP_FAILED) {
      auto* first = static_cast<char*>(memory);
      for (std::size_t i = per_slab_; i-- > 0;) {
        char* lowest = first + i * size_;
        guard(lowest);
        free_.push_back({lowest + guard_of(size_), size_ - guard_of(size_)});
      }
      return;
    }
    if (per_slab_ > 1)
      per_slab_ /= 2;
    else if (size_ > smallest_stack)
      size_ = std::max(smallest_stack, size_ / 2 / page * page);
    else
      throw std::bad_alloc();
  }
}

void StackPool::guard(char* lowest) {
  if (madvise(lowest, guard_of(size_), madv_guard_install) == 0) return;
  if (mprotect_guards_ < most_mprotect_guards && mprotect(lowest, guard_of(size_), PROT_NONE) == 0) ++mprotect_guards_;
}

void StackPool::trim(const Stack& stack) {
  if (stack.size <= kept_resident + page) return;
  const std::size_t deep = (stack.size - kept_resident) / page * page;
  unsigned char resident = 0;
  char* probe = stack.base + deep - page;
  if (mincore(probe, page, &resident) == 0 && (resident & 1)) madvise(stack.base, deep, MADV_DONTNEED);
}

}  // namespace scoop
