// An evolutionary algorithm: 200 bit strings, of which the fitter half of each generation has children, until all bits
// of one are set. Fitness is computed by the workers; chance has one seed, so each run is the same.
#include <algorithm>
#include <bitset>
#include <cstdint>
#include <cstdio>
#include <random>
#include <scoop/futures.hpp>
#include <utility>
#include <vector>

namespace {

using Individual = std::uint64_t;

int fitness(Individual individual) { return static_cast<int>(std::bitset<64>(individual).count()); }

/// Half of the bits of each parent, and one bit turned over.
Individual child_of(Individual a, Individual b, std::mt19937_64& random) {
  const std::uint64_t from_a = random();
  return ((a & from_a) | (b & ~from_a)) ^ (std::uint64_t{1} << random() % 64);
}

}  // namespace

int main() {
  std::mt19937_64 random(1);
  std::vector<Individual> population(200);
  for (Individual& each : population) each = random();
  for (int generation = 0;; ++generation) {
    const std::vector<int> fitnesses = scoop::futures::map(fitness, population);
    std::vector<std::pair<int, Individual>> ranked;
    for (std::size_t i = 0; i < population.size(); ++i) ranked.emplace_back(fitnesses[i], population[i]);
    std::sort(ranked.rbegin(), ranked.rend());
    if (generation % 10 == 0 || ranked[0].first == 64)
      std::printf("generation %d: the best has %d of 64 bits\n", generation, ranked[0].first);
    if (ranked[0].first == 64) return 0;
    for (std::size_t i = 0; i < population.size() / 2; ++i) population[i] = ranked[i].second;
    for (std::size_t i = population.size() / 2; i < population.size(); ++i) {
      const Individual a = population[random() % 100];  // one after the other: C++ does not order arguments
      const Individual b = population[random() % 100];
      population[i] = child_of(a, b, random);
    }
  }
}
