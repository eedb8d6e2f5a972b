#pragma once
#include <cstdint>

namespace scoop::test {

/// What the program's `main` was told with --workers N: how many the launcher was asked for.
extern std::uint32_t workers_asked_for;

}  // namespace scoop::test
