#pragma once
#include <string>

#include "common/base/result.hpp"

namespace scoop {

/// Whether a program's name is that of C++ source: .cpp, .cc, .cxx, .c++ or .C.
bool is_source(const std::string& path);

/// Compiles it with scoop-c++, which is beside this program, or finds it compiled in the cache; the library's path.
/// `flags`: shell words for the compiler. What the compiler says goes to standard error as it is.
///
/// Errors: the source cannot be read; it does not compile; there is no cache.
Result<std::string> compile_program(const std::string& source, const std::string& flags);

}  // namespace scoop
