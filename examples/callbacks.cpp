// Callbacks: main submits, and learns of each result when it comes, in whatever order that is.
#include <cstdio>
#include <scoop/futures.hpp>
#include <vector>

namespace {

/// The steps that n takes to 1 by halving, or by tripling and adding one.
int collatz_steps(long n) {
  int steps = 0;
  for (; n != 1; n = n % 2 == 0 ? n / 2 : 3 * n + 1) ++steps;
  return steps;
}

}  // namespace

int main() {
  int longest = 0;
  long start = 0;
  std::vector<scoop::Future<int>> futures;
  for (long n = 1; n <= 1000; ++n) {
    futures.push_back(scoop::futures::submit(collatz_steps, n));
    futures.back().add_done_callback([&, n](scoop::Future<int>& done) {
      if (done.result() <= longest) return;
      longest = done.result();
      start = n;
    });
  }
  scoop::futures::wait(futures);
  std::printf("up to 1000, %ld takes the most steps: %d\n", start, longest);
}
