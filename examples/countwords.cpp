// countwords FILE...: the words that occur over 2000 times in the files together. Standard error shows how many files
// are done.
#include <scoop/futures.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>
namespace futures = scoop::futures;

using Counts = std::map<std::string, int>;

/// The first run of letters and hyphens of a token, lower-cased; often empty.
std::string word_in(std::string token) {
  const auto to_lower = [](char c) { return 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const auto in_word = [](char c) { return ('a' <= c && c <= 'z') || c == '-'; };
  std::ranges::transform(token, token.begin(), to_lower);
  const auto begin = std::ranges::find_if(token, in_word);
  return {begin, std::find_if_not(begin, token.end(), in_word)};
}

Counts count(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file);
  Counts counts;
  for (std::string token; in >> token;) {
    if (const std::string word = word_in(std::move(token)); !word.empty()) ++counts[word];
  }
  return counts;
}

Counts add(Counts left, const Counts& right) {
  for (const auto& [word, n] : right) left[word] += n;
  return left;
}

/// What the future gives. Meanwhile a line for each step forward.
Counts watched(scoop::Future<Counts> counts) {
  for (std::uint64_t told = 0;;) {
    const bool ended = counts.done();  // lets the work go on
    if (const auto [done, total] = counts.progress(); done > told) {
      std::fprintf(stderr, "%ju of %ju files\n", std::uintmax_t{done}, std::uintmax_t{total});
      told = done;
    }
    if (ended) return std::move(counts).result();
  }
}

int main(int argc, char** argv) {
  const std::vector<std::string> files(argv + 1, argv + argc);
  if (files.empty()) {
    std::fprintf(stderr, "usage: countwords FILE...\n");
    return EXIT_FAILURE;
  }
  try {
    for (const auto& [word, n] : watched(futures::mapReduce_async(count, add, files))) {
      if (n > 2000) std::printf("%s == %d\n", word.c_str(), n);
    }
  } catch (const std::runtime_error& error) {  // thrown in a worker, rethrown here
    std::fprintf(stderr, "countwords: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
