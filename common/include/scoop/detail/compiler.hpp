#pragma once

// First of all, where something else would fail in a hundred other ways.

#if defined(__clang__) && __clang_major__ < 15
#error "scoop: this clang cannot compile the views of libstdc++ 12; use clang 16 or g++ 12"
#endif

#if __cplusplus < 202002L
// A header that is missing is the one error that ends a compilation at once.
#include <scoop: needs C++20; compile with -std=c++20>
#endif
