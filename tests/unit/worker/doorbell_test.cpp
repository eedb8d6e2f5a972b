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

/// Waits for a ring, asleep if there is none yet.
bool wait_for_ring(Doorbell& bell) {
  while (!bell.answer()) {
    if (!bell.lie_down()) continue;
    const bool readable = is_readable(bell, 4000);
    bell.wake_up(readable);
    if (!readable) return false;
  }
  return true;
}

TEST_CASE("Doorbell loses no ring between two threads") {
  constexpr int rings = 20'000;
  Doorbell bell;
  std::atomic<int> count = 0;
  std::thread ringer([&] {
    for (int i = 0; i < rings; ++i) {
      count.store(i + 1, std::memory_order_relaxed);
      bell.ring();
    }
  });
  bool rang = true;
  while (rang && count.load(std::memory_order_relaxed) < rings) rang = wait_for_ring(bell);
  ringer.join();
  CHECK(rang);
}

TEST_CASE("Doorbell shows what was written before it") {
  constexpr int rounds = 1'000;
  Doorbell asked;
  Doorbell answered;
  int value = 0;  // the bells alone order it
  std::thread other([&] {
    for (int i = 0; i < rounds && wait_for_ring(asked); ++i) {
      ++value;
      answered.ring();
    }
  });
  int expected = 0;
  for (bool rang = true; rang && expected < 2 * rounds && value == expected;) {
    ++value;
    asked.ring();
    rang = wait_for_ring(answered);
    expected += 2;
  }
  other.join();
  CHECK(value == 2 * rounds);
}

}  // namespace
}  // namespace scoop
