#include "worker/runtime/post_box.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>

namespace scoop {
namespace {

control::FromWorker line(int number) { return control::Log{0, 2, "w1", std::to_string(number)}; }
std::string text_of(const control::FromWorker& message) { return std::get<control::Log>(message).text; }

TEST_CASE("PostBox rings, and gives everything in order, once") {
  Doorbell bell;
  PostBox box(bell);
  CHECK(box.is_empty());
  CHECK_FALSE(bell.answer());
  for (int i = 0; i < 100; ++i) box.post(line(i));
  CHECK(bell.answer());
  CHECK_FALSE(box.is_empty());
  const auto taken = box.take();
  REQUIRE(taken.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(text_of(taken[i]) == std::to_string(i));
  CHECK(box.is_empty());
  CHECK(box.take().empty());
}

TEST_CASE("PostBox makes a writer wait while it is full, and loses nothing") {
  constexpr int messages = 20'000;
  Doorbell bell;
  PostBox box(bell);
  std::atomic<int> posted = 0;
  std::thread writer([&] {
    for (int i = 0; i < messages; ++i) {
      box.post(line(i));
      ++posted;
    }
  });
  int taken = 0;
  std::size_t most = 0;
  while (taken < messages) {
    const auto some = box.take();
    most = std::max(most, some.size());
    for (const auto& message : some) {
      if (text_of(message) != std::to_string(taken)) FAIL("out of order");
      ++taken;
    }
    if (some.empty()) std::this_thread::yield();
  }
  writer.join();
  CHECK(posted == messages);
  CHECK(most <= 4096);
}

TEST_CASE("PostBox lets waiting writers go when it is closed") {
  Doorbell bell;
  PostBox box(bell);
  std::thread writer([&] {
    for (int i = 0; i < 10'000; ++i) box.post(line(i));
  });
  while (box.take().empty()) std::this_thread::yield();
  box.close();
  writer.join();
  box.take();
  box.post(line(0));
  CHECK(box.is_empty());
}

}  // namespace
}  // namespace scoop
