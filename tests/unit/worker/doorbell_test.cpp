#include "worker/runtime/doorbell.hpp"

#include <doctest/doctest.h>
#include <poll.h>

#include <thread>

namespace scoop {
namespace {

bool is_readable(const Doorbell& bell, int timeout_ms = 0) {
  pollfd polled{bell.fd(), POLLIN, 0};
  return ::poll(&polled, 1, timeout_ms) == 1;
}

TEST_CASE("Doorbell answers once, however often it was rung") {
  Doorbell bell;
  CHECK_FALSE(bell.answer());
  bell.ring();
  bell.ring();
  CHECK(bell.answer());
  CHECK_FALSE(bell.answer());
}

TEST_CASE("Doorbell makes no system call for one who is awake") {
  Doorbell bell;
  bell.ring();
  CHECK_FALSE(is_readable(bell));
  CHECK_FALSE(bell.lie_down());
  CHECK(bell.answer());
}

TEST_CASE("Doorbell wakes one who sleeps, and then is quiet again") {
  Doorbell bell;
  REQUIRE(bell.lie_down());
  CHECK_FALSE(is_readable(bell));
  bell.ring();
  bell.ring();
  CHECK(is_readable(bell));
  bell.wake_up(true);
  CHECK_FALSE(is_readable(bell));
  CHECK(bell.answer());
  CHECK(bell.lie_down());
}

TEST_CASE("Doorbell keeps a ring that came after another reason to wake up") {
  Doorbell bell;
  REQUIRE(bell.lie_down());
  bell.wake_up(false);
  CHECK_FALSE(bell.answer());
  bell.ring();
  CHECK_FALSE(bell.lie_down());
}

TEST_CASE("Doorbell loses no ring between two threads, and shows what was written before it") {
  constexpr int rings = 20'000;
  Doorbell bell;
  int written[rings] = {};
  std::atomic<int> count = 0;
  std::thread ringer([&] {
    for (int i = 0; i < rings; ++i) {
      written[i] = i + 1;
      count.store(i + 1, std::memory_order_relaxed);  // the bell alone orders it
      bell.ring();
    }
  });
  bool timed_out = false;
  int seen = 0;
  while (seen < rings && !timed_out) {
    if (bell.answer()) {
      const int last = seen;
      seen = count.load(std::memory_order_relaxed);
      if (last < seen) CHECK(written[last] == last + 1);
    } else if (bell.lie_down()) {
      const bool readable = is_readable(bell, 4000);
      timed_out = !readable;
      bell.wake_up(readable);
    }
  }
  ringer.join();
  CHECK_FALSE(timed_out);
  CHECK(seen == rings);
}

}  // namespace
}  // namespace scoop
