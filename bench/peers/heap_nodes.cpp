// heap_nodes [COUNT]: the memory of so many separate nodes of 64 bytes, with the vector that holds them.
#include <array>
#include <cstdlib>
#include <memory>
#include <vector>

#include "bench/memory.hpp"
#include "bench/stopwatch.hpp"

int main(int argc, char** argv) {
  const auto count = argc > 1 ? static_cast<std::size_t>(std::atol(argv[1])) : 1'000'000;
  const double before = bench::resident_bytes();
  std::vector<std::unique_ptr<std::array<char, 64>>> nodes;
  nodes.reserve(count);
  for (std::size_t i = 0; i < count; ++i) nodes.push_back(std::make_unique<std::array<char, 64>>());
  bench::keep(nodes);
  bench::report("heap_nodes", (bench::resident_bytes() - before) / 1e6, "MB");
}
