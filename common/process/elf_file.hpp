#pragma once
#include <string>
#include <vector>

#include "common/base/result.hpp"

namespace scoop {

/// Errors: one sentence each, with the path and what to do: no such file, not readable, not a shared library, for
/// another
///         machine. Any bytes are survived.
Status check_shared_library(const std::string& path);

/// The dynamic loader that a program names. Empty: it needs none, or cannot be read.
std::string read_interpreter(const std::string& path);

/// What a shared library wants from others.
struct ElfNeeds {
  std::vector<std::string> libraries;
  std::vector<std::string> symbols;  // must come from elsewhere; weak ones left out
};

/// Empty where the file cannot be read or is stripped of its section table.
ElfNeeds read_needs(const std::string& path);

/// All names in its dynamic string table, one after the other with a zero before and behind each: what it needs and
/// what it defines. Empty where it cannot be read.
std::string dynamic_names(const std::string& path);

}  // namespace scoop
