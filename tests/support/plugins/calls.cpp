// A program that calls scoop from where it may and from where it may not, and says what it got.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <ranges>
#include <scoop/futures.hpp>
#include <scoop/scoop.hpp>
#include <string>
#include <thread>

namespace futures = scoop::futures;

namespace {

int twice(int x) { return 2 * x; }
const auto numbers = std::views::iota(0, 3);

/// One line, whole also where several threads write.
template <class Call>
void attempt(const char* what, Call call) {
  std::string line = std::string(what) + ": ";
  try {
    call();
    line += "accepted\n";
  } catch (const scoop::Error& error) {
    line += error.what() + std::string("\n");
  }
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
}

void attempt_all() {
  attempt("submit", [] { (void)futures::submit(twice, 1); });
  attempt("map", [] { (void)futures::map(twice, numbers); });
  attempt("mapReduce", [] { (void)futures::mapReduce(twice, std::plus<>(), numbers); });
}

/// In every worker, before main and after it.
struct Everywhere {
  Everywhere() {
    if (std::getenv("CALLS_AT_INIT")) attempt_all();
    if (std::getenv("CALLS_UNCAUGHT")) (void)futures::submit(twice, 1);
    std::atexit([] {
      if (std::getenv("CALLS_LAST_WORDS")) std::fputs("a handler's\n", stdout);
    });
  }
  ~Everywhere() {
    if (std::getenv("CALLS_AT_EXIT")) attempt_all();
    if (std::getenv("CALLS_LAST_WORDS")) std::fputs("a destructor's\n", stdout);
  }
} everywhere;

void from_threads() {
  std::thread(attempt_all).join();
  auto future = futures::submit(twice, 1);
  auto mapped = futures::map(twice, numbers);
  std::thread([&] {
    attempt("result", [&] { (void)future.result(); });
    attempt("done", [&] { (void)future.done(); });
    attempt("exception", [&] { (void)future.exception(); });
    attempt("get", [&] { (void)std::move(mapped).get(); });
  }).join();
  const auto in_task = [](int) {
    std::thread(attempt_all).join();
    return 0;
  };
  (void)futures::submit(in_task, 1).result();
}

/// Every worker gives to every other.
int part(int x) {
  const auto leaf = [](int y) {
    ::usleep(500);
    return y;
  };
  return x + futures::mapReduce({.chunk_size = 1}, leaf, std::plus<>(), std::views::iota(0, 30));
}

int depth(int n) { return n == 0 ? 0 : 1 + futures::submit(depth, n - 1).result(); }

/// Uses so many KiB of the stack it is on. Compilers must neither make a loop of it nor shorten the array.
int dig(int kib) {
  char block[1024];
  block[0] = 1;
  asm volatile("" : : "r"(block) : "memory");
  const int below = kib == 0 ? 0 : dig(kib - 1);
  return kib == 0 ? 0 : below + block[0];
}

/// So deep that the last is on another stack than main.
int nest(int levels, int kib) {
  volatile char block[1024];
  block[0] = 0;
  return block[0] + (levels == 0 ? dig(kib) : futures::submit(nest, levels - 1, kib).result());
}

/// Many that wait for one that others took.
int wait_long(int n) {
  auto future = futures::submit(
      [](int x) {
        ::usleep(1000);
        return x;
      },
      n);
  ::usleep(200);
  return future.result();
}

}  // namespace

int main(int argc, char** argv) {
  static const struct InMain {
    ~InMain() {
      if (std::getenv("CALLS_AT_EXIT")) attempt("made in main", [] { (void)futures::submit(twice, 1); });
    }
  } in_main;
  const std::string act = argc > 1 ? argv[1] : "";
  const int number = argc > 2 ? std::atoi(argv[2]) : 0;
  if (act == "threads") from_threads();
#ifdef _OPENMP
  if (act == "openmp") {
#pragma omp parallel num_threads(3)
    attempt("region", [] { (void)futures::submit(twice, 1).result(); });
  }
#endif
  if (act == "dig") std::printf("%d\n", nest(10'000, number));
  if (act == "abandon") {
    for (int i = 0; i < number; ++i) (void)futures::submit(twice, i);
    return 3;
  }
  if (act == "leave") {
    const std::string begun = argv[2];
    // Until the run ends it, or the test's time is up.
    const auto begin = [](const std::string& path) {
      if (FILE* file = std::fopen(path.c_str(), "w")) std::fclose(file);
      ::sleep(60);
    };
    (void)futures::submit(begin, begun);
    while (::access(begun.c_str(), F_OK) != 0) ::usleep(1000);
    return 3;
  }
  if (act == "work") {
    std::printf("%d %d %d\n", futures::mapReduce({.chunk_size = 1}, part, std::plus<>(), std::views::iota(0, 20)),
                depth(2000), futures::mapReduce({.chunk_size = 1}, wait_long, std::plus<>(), std::views::iota(0, 200)));
  }
  return 0;
}
