// Goes through ranges that are larger than what its processes may take of memory, then waits for the end of its input.
#include <cstdio>
#include <functional>
#include <ranges>
#include <scoop/futures.hpp>
#include <string>

namespace futures = scoop::futures;

namespace {

long twice(long x) { return 2 * x; }

}  // namespace

int main(int, char** argv) {
  const long reduced = std::stol(argv[1]);
  const long mapped = std::stol(argv[2]);
  std::printf("%ld\n", futures::mapReduce<twice, std::plus<>{}>(std::views::iota(0L, reduced)));

  long sum = 0;
  for (long x : futures::map<twice>(std::views::iota(0L, mapped))) sum += x;
  std::printf("%ld\n", sum);

  long taken = 0;
  for (long x : futures::map<twice>(std::views::iota(0L))) {
    if (++taken == mapped) {
      std::printf("%ld\n", x);
      break;
    }
  }
  std::printf("done\n");
  std::fflush(stdout);
  return std::getchar() == EOF ? 0 : 1;
}
