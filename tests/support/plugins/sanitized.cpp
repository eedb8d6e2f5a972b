// Compiled with sanitizers, for a libscoop that is not: right as a whole, and with one mistake on demand.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <ranges>
#include <scoop/futures.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace futures = scoop::futures;

namespace {

std::vector<std::string> split(std::string text, int depth) {
  if (depth == 0) return {text};
  auto left = futures::submit(split, text + "l", depth - 1);
  auto right = split(text + "r", depth - 1);
  ::usleep(100);  // so that others take the left one, and its owner has to wait
  auto all = std::move(left).result();
  all.insert(all.end(), right.begin(), right.end());
  return all;
}

int throws(int x) {
  if (x % 2 == 1) throw std::out_of_range("odd");
  return x;
}

int count_thrown() {
  int thrown = 0;
  for (int x = 0; x < 20; ++x) {
    auto future = futures::submit([](int y) { return futures::submit(throws, y).result(); }, x);
    try {
      future.result();
    } catch (const std::out_of_range&) {
      ++thrown;
    }
  }
  return thrown;
}

int touch_freed(int size) {
  auto* ints = new int[static_cast<std::size_t>(size)]{};
  delete[] ints;
  return const_cast<volatile int*>(ints)[0];
}

int overflow(int x) { return x + 2'147'483'647; }

int race(int x) {
  int shared = 0;
  std::thread other([&] { shared = x; });
  shared = 2 * x;
  other.join();
  return shared;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mistake = argc > 1 ? argv[1] : "";
  if (mistake == "address") return futures::submit(touch_freed, 3).result();
  if (mistake == "undefined") return futures::submit(overflow, 3).result() == 0;
  if (mistake == "thread") return futures::submit(race, 3).result() == 0;
  const auto sum = futures::mapReduce([](int depth) { return static_cast<int>(split("", depth).size()); },
                                      std::plus<>(), std::views::iota(0, 8));
  std::printf("%d %d\n", sum, count_thrown());
  std::fflush(stdout);
  return std::system("echo \"preloaded: $LD_PRELOAD\"");
}
