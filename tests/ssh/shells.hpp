#pragma once
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace scoop::test {

/// Its path; empty: it is not installed.
inline std::string find_program(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const auto found = folder + "/" + program;
    if (::access(found.c_str(), X_OK) == 0) return found;
  }
  return "";
}

inline bool is_installed(const std::string& program) {
  if (!find_program(program).empty()) return true;
  std::printf("%s is not installed: skipped\n", program.c_str());
  return false;
}

/// The shells that may read a command of ours on a host, of those that are here.
inline std::vector<std::string> login_shells() {
  std::vector<std::string> shells;
  for (const std::string shell : {"sh", "bash", "dash", "zsh", "ksh", "csh", "tcsh", "fish"}) {
    if (is_installed(shell)) shells.push_back(shell);
  }
  return shells;
}

}  // namespace scoop::test
