#include "common/process/program_output.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "common/process/pipe.hpp"

namespace scoop {
namespace {

std::string read_to_end(int fd) {
  std::string text;
  std::array<char, 4096> block;
  for (;;) {
    const auto count = ::read(fd, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(block.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

Result<ProgramOutput> read_output(SpawnRequest request) {
  auto pipe = make_pipe();
  if (!pipe) return pipe.failure();
  const UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  request.redirected = {
      {nothing.get(), STDIN_FILENO}, {pipe->write_end.get(), STDOUT_FILENO}, {pipe->write_end.get(), STDERR_FILENO}};
  const auto pid = spawn(request);
  if (!pid) return pid.failure();
  pipe->write_end.reset();
  ProgramOutput output;
  output.text = read_to_end(pipe->read_end.get());
  while (::waitpid(*pid, &output.wait_status, 0) < 0 && errno == EINTR) {
  }
  return output;
}

}  // namespace scoop
