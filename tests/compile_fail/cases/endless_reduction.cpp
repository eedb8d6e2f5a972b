// Expect: every range has no end
#include <functional>
#include <ranges>
#include <scoop/futures.hpp>

int twice(int x) { return 2 * x; }

int main() {
  return scoop::futures::mapReduce(twice, std::plus<>(),
                                   std::views::iota(0) | std::views::transform([](int x) { return x + 1; }));
}
