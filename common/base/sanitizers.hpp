#pragma once
#include <cstddef>

// What the runtimes of AddressSanitizer, LeakSanitizer and ThreadSanitizer want to be told. They are here when this is
// a sanitizer build, or when the user's program is one and its runtime was loaded before all else; otherwise the
// addresses are null.
extern "C" {
[[gnu::weak]] void __sanitizer_start_switch_fiber(void** fake_stack, const void* bottom, std::size_t size);
[[gnu::weak]] void __sanitizer_finish_switch_fiber(void* fake_stack, const void** bottom, std::size_t* size);
[[gnu::weak]] void __lsan_register_root_region(const void* begin, std::size_t size);
[[gnu::weak]] void* __tsan_get_current_fiber();
[[gnu::weak]] void* __tsan_create_fiber(unsigned flags);
[[gnu::weak]] void __tsan_switch_to_fiber(void* fiber, unsigned flags);
[[gnu::weak]] void __tsan_acquire(void* address);
[[gnu::weak]] void __tsan_release(void* address);
[[gnu::weak]] void __tsan_ignore_thread_begin();
[[gnu::weak]] void __tsan_ignore_thread_end();
}

namespace scoop {

inline bool has_address_sanitizer() { return __sanitizer_start_switch_fiber != nullptr; }
inline bool has_thread_sanitizer() { return __tsan_create_fiber != nullptr; }

/// Its pointers count as held, also while the thread runs on another stack.
inline void show_stack_to_leak_sanitizer(const void* begin, std::size_t size) {
  if (__lsan_register_root_region != nullptr) __lsan_register_root_region(begin, size);
}

/// While it lives, what the calling thread reads and writes is none of ThreadSanitizer's business.
class UnseenByThreadSanitizer {
 public:
  UnseenByThreadSanitizer() {
    if (has_thread_sanitizer()) __tsan_ignore_thread_begin();
  }
  UnseenByThreadSanitizer(const UnseenByThreadSanitizer&) = delete;
  UnseenByThreadSanitizer& operator=(const UnseenByThreadSanitizer&) = delete;
  ~UnseenByThreadSanitizer() {
    if (has_thread_sanitizer()) __tsan_ignore_thread_end();
  }
};

}  // namespace scoop
