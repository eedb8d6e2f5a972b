#include "worker/preload.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace scoop {

Status load_before_all(const std::string& library, char** argv) {
  const char* value = std::getenv("LD_PRELOAD");
  const std::string before = value != nullptr ? value : "";
  if (before == library) {
    ::unsetenv("LD_PRELOAD");
    return success();
  }
  const auto in_front = library + ":";
  if (before.starts_with(in_front)) {
    ::setenv("LD_PRELOAD", before.substr(in_front.size()).c_str(), 1);
    return success();
  }
  ::setenv("LD_PRELOAD", (before.empty() ? library : in_front + before).c_str(), 1);
  ::execv(argv[0], argv);
  return Failure{std::string(argv[0]) + " cannot be started: " + std::strerror(errno)};
}

}  // namespace scoop
