#pragma once
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace scoop::test {

/// A file's text, as far as it can be read: one of a process in /proc may end at any byte, with the process. (A
/// stream's own iterators throw there.)
inline std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace scoop::test
