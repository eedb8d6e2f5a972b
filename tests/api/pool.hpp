#pragma once
#include <cstdint>

namespace scoop::test {

/// What the program's `main` was told with --workers N: how many the launcher was asked for.
extern std::uint32_t workers_asked_for;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

}  // namespace scoop::test
