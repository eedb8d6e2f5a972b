#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace scoop {

/// A library as the dynamic loader finds it.
struct NeededLibrary {
  std::string name;  // which those that need it ask for
  std::string path;  // empty: not found
};

/// All libraries that a program or library needs, itself and through others, beyond what belongs to the C library:
/// that is each host's own. The loader is asked, so that they are those that a run would have here; nothing of theirs
/// runs.
///
/// `file`:        its absolute path.
/// `interpreter`: the loader to ask: the one that the program names which loads them. Empty: they need none.
/// Errors:        the loader's own words; a library that is needed by its path, under which no other place is looked
/// at.
Result<std::vector<NeededLibrary>> library_closure(const std::string& file, const std::string& interpreter);

/// What the loader lists, without the C library's.
std::vector<NeededLibrary> parse_library_list(std::string_view text);

/// glibc's parts fit each other only.
bool is_of_c_library(std::string_view name);

}  // namespace scoop
