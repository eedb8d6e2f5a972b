#include "worker/library_path.hpp"

#include <algorithm>
#include <cstdlib>

namespace scoop {
namespace {

constexpr const char* all = "LD_LIBRARY_PATH";
constexpr const char* ours = "SCOOP_LIBRARY_PATH";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

std::string take_library_path() {
  const auto folders = variable(ours);
  if (folders.empty()) return folders;
  ::unsetenv(ours);
  const auto path = variable(all);
  if (path == folders) {
    ::unsetenv(all);
  } else if (path.starts_with(folders + ":")) {
    ::setenv(all, path.substr(folders.size() + 1).c_str(), 1);
  }
  return folders;
}

std::vector<std::string> with_library_path(std::vector<std::string> environment, const std::string& folders) {
  if (folders.empty()) return environment;
  environment.push_back(std::string(ours) + "=" + folders);
  const auto beginning = std::string(all) + "=";
  const auto path = std::ranges::find_if(environment, [&](const auto& entry) { return entry.starts_with(beginning); });
  if (path == environment.end()) {
    environment.push_back(beginning + folders);
  } else {
    const auto users = path->substr(beginning.size());
    *path = beginning + folders + (users.empty() ? "" : ":" + users);
  }
  return environment;
}

}  // namespace scoop
