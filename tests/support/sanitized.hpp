#pragma once

namespace scoop::test {

// g++ tells by macros which sanitizer a program is compiled with, clang 16 by features.
#if defined(__has_feature)
inline constexpr bool has_address_sanitizer = __has_feature(address_sanitizer);
inline constexpr bool has_thread_sanitizer = __has_feature(thread_sanitizer);
#else
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool has_address_sanitizer = true;
#else
inline constexpr bool has_address_sanitizer = false;
#endif
#if defined(__SANITIZE_THREAD__)
inline constexpr bool has_thread_sanitizer = true;
#else
inline constexpr bool has_thread_sanitizer = false;
#endif
#endif

/// Then the runtime takes memory, address space, descriptors, signals and time for itself, and reports by itself.
inline constexpr bool is_sanitized = has_address_sanitizer || has_thread_sanitizer;

}  // namespace scoop::test
