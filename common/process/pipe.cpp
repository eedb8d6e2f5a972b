#include "common/process/pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace scoop {

Result<Pipe> make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return Failure{"cannot make a pipe: " + std::string(std::strerror(errno))};
  return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

UniqueFd never_blocking(UniqueFd fd) {
  ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  return fd;
}

}  // namespace scoop
