// Calls with progress labels, for tests of what is shown of them.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <ranges>
#include <scoop/futures.hpp>
#include <sstream>
#include <stdexcept>
#include <string>

namespace futures = scoop::futures;

namespace {

int same(int x) { return x; }
void nothing(int) {}
int fail(int x) { return x == 5 ? throw std::runtime_error("five") : x; }

/// Until the test has made the file of that name; then says so, where it runs.
int wait_for_file(int number) {
  const auto path = std::string(std::getenv("PROGRESS_FILES")) + "/" + std::to_string(number);
  while (::access(path.c_str(), F_OK) != 0) ::usleep(2000);
  std::printf("%d is there, on %s\n", number, scoop_worker_name());
  std::fflush(stdout);
  return number;
}

int inner(int x) {
  int sum = 0;
  for (const int y : futures::map({.progress = "inner"}, same, std::views::iota(0, 10))) sum += y;
  return x + sum;
}

/// Every call that takes a label.
void every_call() {
  const auto numbers = std::views::iota(0, 1000);
  (void)futures::map({.progress = "map"}, same, numbers).get();
  futures::map({.progress = "of nothing"}, nothing, numbers).get();
  (void)futures::map({.chunk_size = 7, .progress = "chunks of 7"}, same, numbers).get();
  (void)futures::map_as_completed({.progress = "map_as_completed"}, same, numbers).get();
  (void)futures::mapReduce({.progress = "mapReduce"}, same, std::plus<>(), numbers);
  (void)futures::mapReduce({.progress = "from 1"}, same, std::plus<>(), scoop::initial(1), numbers);
  const auto many = std::views::iota(0, 10'001);
  (void)futures::mapReduce({.progress = "reproducible", .reproducible = true}, same, std::plus<>(), many);
  (void)futures::mapReduce_async({.progress = "mapReduce_async"}, same, std::plus<>(), numbers).result();
  (void)futures::mapScan({.progress = "mapScan"}, same, std::plus<>(), numbers);
  (void)futures::mapScan({.progress = "mapScan of one"}, same, std::plus<>(), std::views::iota(0, 1));
  std::istringstream text("1 2 3 4 5");
  (void)futures::map({.progress = "stream"}, same, std::views::istream<int>(text)).get();
  {
    auto endless = futures::map({.window = 10, .progress = "endless"}, same, std::views::iota(0));
    for (const int x : endless)
      if (x == 20) break;
  }
  (void)futures::map({.progress = "empty"}, same, std::views::iota(0, 0)).get();
  (void)futures::submit({.progress = "submit"}, same, 1).result();
  try {
    (void)futures::mapReduce({.chunk_size = 1, .progress = "failing"}, fail, std::plus<>(), numbers);
  } catch (const std::runtime_error&) {
  }
  auto some = futures::map({.progress = "cancelled"}, same, numbers);
  some.cancel();
}

void wait_for_files(int count) {
  (void)futures::map({.chunk_size = 1, .progress = "files"}, wait_for_file, std::views::iota(0, count)).get();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string act = argc > 1 ? argv[1] : "";
  const int count = argc > 2 ? std::atoi(argv[2]) : 0;
  if (act == "every") every_call();
  if (act == "files") wait_for_files(count);
  if (act == "nested") (void)futures::map({.chunk_size = 1, .progress = "outer"}, inner, std::views::iota(0, 8)).get();
  if (act == "odd") {
    (void)futures::map({.progress = "a\x1b[2J\r\n\\\xff\xc3\xa9"}, same, std::views::iota(0, 3)).get();
    (void)futures::map({.progress = std::string(1'000'000, 'x')}, same, std::views::iota(0, 3)).get();
  }
  if (act == "abandon" || act == "raise") {
    const auto all =
        futures::mapReduce_async({.progress = "left"}, wait_for_file, std::plus<>(), std::views::iota(0, 9));
    std::puts("begun");
    std::fflush(stdout);
    if (act == "raise") {
      const auto path = std::string(std::getenv("PROGRESS_FILES")) + "/end";
      while (::access(path.c_str(), F_OK) != 0) ::usleep(2000);
      ::raise(count);
    }
  }
  std::puts("main is over");
  return 0;
}
