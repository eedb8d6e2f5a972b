#include "common/process/event_loop.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "common/base/unique_fd.hpp"

using scoop::Clock;
using scoop::EventLoop;
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

void poke(const Pipe& pipe) { REQUIRE(::write(pipe.write_end.get(), "x", 1) == 1); }

}  // namespace

TEST_CASE("EventLoop calls who watches what is ready") {
  EventLoop loop;
  const auto one = make_pipe();
  const auto two = make_pipe();
  int ones = 0;
  int twos = 0;
  loop.watch(one.read_end.get(), POLLIN, [&](short) { ++ones; });
  loop.watch(two.read_end.get(), POLLIN, [&](short) { ++twos; });
  poke(two);
  loop.run_once(scoop::never);
  CHECK(ones == 0);
  CHECK(twos == 1);
}

TEST_CASE("EventLoop returns at the deadline, not before") {
  EventLoop loop;
  const auto deadline = Clock::now() + std::chrono::milliseconds(3);
  loop.run_once(deadline);
  CHECK(Clock::now() >= deadline);
  loop.run_once(Clock::now() - std::chrono::seconds(1));
}

TEST_CASE("EventLoop lets handlers end watches, their own and others'") {
  EventLoop loop;
  const auto one = make_pipe();
  const auto two = make_pipe();
  int calls = 0;
  const auto end_both = [&](short) {
    ++calls;
    loop.unwatch(one.read_end.get());
    loop.unwatch(two.read_end.get());
  };
  loop.watch(one.read_end.get(), POLLIN, end_both);
  loop.watch(two.read_end.get(), POLLIN, end_both);
  poke(one);
  poke(two);
  loop.run_once(Clock::now());
  loop.run_once(Clock::now());
  CHECK(calls == 1);
}

TEST_CASE("EventLoop tells an end even to who waits for nothing else") {
  EventLoop loop;
  auto pipe = make_pipe();
  short seen = 0;
  loop.watch(pipe.read_end.get(), POLLIN, [&](short revents) { seen = revents; });
  loop.set_events(pipe.read_end.get(), 0);
  poke(pipe);
  loop.run_once(Clock::now());
  CHECK(seen == 0);
  pipe.write_end.reset();
  loop.run_once(Clock::now());
  CHECK((seen & POLLHUP) != 0);
}
