// hot_paths nested|map|reduce|submits COUNT: so many operations of one kind, for callgrind to count the instructions
// of.
#include <cstdlib>
#include <ranges>
#include <scoop/futures.hpp>
#include <string_view>
#include <vector>
namespace futures = scoop::futures;

long square(int x) { return static_cast<long>(x) * x; }
long product(int x, int y) { return static_cast<long>(x) * y; }
long sum(long x, long y) { return x + y; }

/// A full tree of tasks; gives how many there are.
long tree(int depth) {
  if (depth == 0) return 1;
  auto left = futures::submit(tree, depth - 1);
  auto right = futures::submit(tree, depth - 1);
  return left.result() + right.result() + 1;
}

long submits(int count) {
  std::vector<scoop::Future<long>> results;
  results.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) results.push_back(futures::submit(square, i));
  long total = 0;
  for (auto& result : results) total += result.result();
  return total;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string_view path = argv[1];
  const int count = std::atoi(argv[2]);
  const auto numbers = std::views::iota(0, count);
  // Fixed, since under callgrind the clock says nothing.
  const scoop::Options chunks{.chunk_size = 1000};
  long result = 0;
  if (path == "nested")
    for (int i = 0; i < count; i += 1022) result += tree(9);  // of 1022 spawned tasks
  else if (path == "map")
    for (long value : futures::map(chunks, square, numbers)) result += value;
  else if (path == "reduce")
    result = futures::mapReduce(chunks, product, sum, numbers, std::views::iota(1, count + 1));
  else if (path == "submits")
    result = submits(count);
  return result > 0 ? 0 : 1;
}
