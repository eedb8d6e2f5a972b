#pragma once
#include <cstdio>
#include <cstdlib>

/// For our own bugs only, never for bytes from outside. On in every build: a wrong table is worse than a dead process.
#define SCOOP_ASSERT(condition)                                                                        \
  do {                                                                                                 \
    if (!(condition)) [[unlikely]] {                                                                   \
      std::fprintf(stderr, "scoop: bug at %s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                                    \
    }                                                                                                  \
  } while (false)
