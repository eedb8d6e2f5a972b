// countwords FILE...: the words that occur over 2000 times in the files together.
#include <scoop/futures.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
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

int main(int argc, char** argv) {
  const std::vector<std::string> files(argv + 1, argv + argc);
  if (files.empty()) {
    std::fprintf(stderr, "usage: countwords FILE...\n");
    return EXIT_FAILURE;
  }
  try {
    for (const auto& [word, n] : futures::mapReduce(count, add, files)) {
      if (n > 2000) std::printf("%s == %d\n", word.c_str(), n);
    }
  } catch (const std::runtime_error& error) {  // thrown in a worker, rethrown here
    std::fprintf(stderr, "countwords: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
