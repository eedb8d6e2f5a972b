// fibonacci [N]: futures that wait for futures, two for every number.
#include <scoop/futures.hpp>

#include <cstdio>
#include <cstdlib>
namespace futures = scoop::futures;

long fibonacci(int n) {
  if (n < 2) return n;
  auto left = futures::submit(fibonacci, n - 1);
  auto right = futures::submit(fibonacci, n - 2);
  return right.result() + left.result();
}

int main(int argc, char** argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 25;
  std::printf("fibonacci(%d) is %ld\n", n, fibonacci(n));
}
