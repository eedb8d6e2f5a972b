#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <thread>
#include <vector>

#include "worker/runtime/biased_mutex.hpp"

using namespace scoop;

TEST_CASE("BiasedMutex keeps a plain queue whole between owner and guest") {
  constexpr int items = 200'000;
  detail::BiasedMutex mutex;
  prepare(mutex);
  std::deque<int> queue;
  std::vector<char> taken(items);
  std::atomic<bool> stop{false};
  std::thread guest([&] {
    while (!stop) {
      const GuestLock lock(mutex);
      for (int i = 0; i < 3 && !queue.empty(); ++i) {
        ++taken[static_cast<std::size_t>(queue.front())];
        queue.pop_front();
      }
    }
  });
  for (int i = 0; i < items; ++i) {
    const detail::OwnerLock lock(mutex);
    queue.push_back(i);
    if (i % 2 == 0) continue;
    for (int n = 0; n < 2 && !queue.empty(); ++n) {
      ++taken[static_cast<std::size_t>(queue.back())];
      queue.pop_back();
    }
  }
  stop = true;
  guest.join();
  for (int left : queue) ++taken[static_cast<std::size_t>(left)];
  CHECK(std::all_of(taken.begin(), taken.end(), [](char count) { return count == 1; }));
}
