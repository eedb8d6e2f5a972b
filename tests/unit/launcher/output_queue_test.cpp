#include "launcher/output_queue.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <vector>

#include "common/base/unique_fd.hpp"

using scoop::OutputQueue;
using scoop::UniqueFd;

namespace {

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Pipe make_pipe() {
  int fds[2];
  REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

}  // namespace

TEST_CASE("OutputQueue never waits for its reader, and loses nothing") {
  auto [read_end, write_end] = make_pipe();
  OutputQueue queue(write_end.get());
  std::string sent;
  for (int i = 0; i < 50'000; ++i) {
    const auto line = "line " + std::to_string(i) + "\n";
    queue.write(line);
    sent += line;
  }
  CHECK(queue.queued_bytes() > 0);
  CHECK((::fcntl(write_end.get(), F_GETFL) & O_NONBLOCK) == 0);
  std::string got;
  std::vector<char> block(10'000);
  while (got.size() < sent.size()) {
    const auto count = ::read(read_end.get(), block.data(), block.size());
    REQUIRE(count > 0);
    got.append(block.data(), static_cast<std::size_t>(count));
    queue.flush();
  }
  CHECK(got == sent);
  CHECK(queue.queued_bytes() == 0);
}

TEST_CASE("OutputQueue drops what nobody will read") {
  ::signal(SIGPIPE, SIG_IGN);
  auto [read_end, write_end] = make_pipe();
  OutputQueue queue(write_end.get());
  queue.write("heard\n");
  read_end.reset();
  queue.write("unheard\n");
  CHECK(queue.error() == EPIPE);
  CHECK(queue.queued_bytes() == 0);
  ::signal(SIGPIPE, SIG_DFL);
}

TEST_CASE("OutputQueue survives an output that was closed from the beginning") {
  auto [read_end, write_end] = make_pipe();
  const int closed = write_end.get();
  write_end.reset();
  OutputQueue queue(closed);
  queue.write("x");
  CHECK(queue.is_broken());
}
