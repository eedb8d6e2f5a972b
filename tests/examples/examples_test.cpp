#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

using namespace scoop::test;
namespace fs = std::filesystem;

namespace {

/// Runs an example with as many workers, and checks that it ended well, and alone.
Outcome outcome_of(const std::string& example, int workers, const std::vector<std::string>& arguments) {
  Command command{.argv = {SCOOP_LAUNCH, "-q", "-n", std::to_string(workers), SCOOP_EXAMPLES "/" + example + ".so"}};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.limit = std::chrono::seconds(50);
  Process process(command);
  const Outcome outcome = process.wait();
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(process.family().empty());
  return outcome;
}

/// The same, of one that is to be quiet.
std::string output_of(const std::string& example, int workers, const std::vector<std::string>& arguments = {}) {
  const Outcome outcome = outcome_of(example, workers, arguments);
  CHECK(outcome.err == "");
  return outcome.out;
}

/// The same, of countwords, which tells how far it is: each time farther, and at last that all is done.
std::string words_in(const std::vector<std::string>& files, int workers) {
  const Outcome outcome = outcome_of("countwords", workers, files);
  const std::string total = std::to_string(files.size());
  std::istringstream lines(outcome.err);
  int told = 0;
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    const int done = std::stoi(line);
    CHECK(line == std::to_string(done) + " of " + total + " files");
    CHECK(done > told);
    told = done;
  }
  CHECK(std::to_string(told) == total);
  return outcome.out;
}

std::string contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void write_words(const fs::path& path, const std::string& token, int times) {
  std::ofstream out(path, std::ios::app);
  for (int i = 0; i < times; ++i) out << token << (i % 10 == 9 ? '\n' : ' ');
}

}  // namespace

TEST_CASE("mapreduce prints both sums, with any number of workers") {
  for (int workers : {1, 2, 5}) {
    CAPTURE(workers);
    CHECK(output_of("mapreduce", workers) ==
          "Sum of the products equals 843350\nAgain, reduced by the workers: 843350\n");
  }
}

TEST_CASE("shares prints both sums, and shares that add up, of more than one worker") {
  std::istringstream out(output_of("shares", 2));
  std::string line;
  std::getline(out, line);
  CHECK(line == "Sum of the products equals 843350");
  std::getline(out, line);
  CHECK(line == "Again, reduced by the workers: 843350");
  int workers = 0;
  int products = 0;
  for (std::string worker, name, computed, rest; out >> worker >> name >> computed;) {
    int count = 0;
    out >> count;
    std::getline(out, rest);
    CHECK(worker == "worker");
    CHECK(rest == " of 200 products");
    ++workers;
    products += count;
  }
  CHECK(workers == 2);
  CHECK(products == 200);
}

TEST_CASE("countwords finds the words of the plays") {
  const fs::path shared = fs::path(SCOOP_SOURCE_DIR).parent_path() / "shared" / "data";
  if (!fs::exists(shared)) {
    MESSAGE("no " << shared.string() << " beside the checkout: only the texts of the next test are counted");
    return;
  }
  std::vector<std::string> plays;
  for (const auto& file : fs::directory_iterator(shared / "shakespeare")) {
    if (file.path().filename() != "README") plays.push_back(file.path().string());
  }
  for (int workers : {1, 2, 5}) {
    CAPTURE(workers);
    CHECK(words_in(plays, workers) == contents(shared / "shakespeare-words-over-2000.txt"));
  }
}

TEST_CASE("countwords takes the first run of letters and hyphens of each token") {
  const TempDir dir;
  write_words(dir / "a", "Under-Taker's", 1500);
  write_words(dir / "a", "42", 3000);
  write_words(dir / "a", "2000", 2000);
  write_words(dir / "b", "(under-taker)", 501);
  write_words(dir / "b", "'tis", 2000);
  write_words(dir / "c", "\xc3\xa9t\xc3\xa9", 2001);
  std::ofstream(dir / "empty").flush();
  const std::vector<std::string> files{dir / "a", dir / "b", dir / "c", dir / "empty"};
  CHECK(words_in(files, 2) == "t == 2001\nunder-taker == 2001\n");
}

TEST_CASE("countwords names the file that it cannot read") {
  const Outcome outcome =
      run({.argv = {SCOOP_LAUNCH, "-q", "-n", "2", SCOOP_EXAMPLES "/countwords.so", "/nonexistent"}});
  CAPTURE(outcome);
  CHECK(outcome.status == 1);
  CHECK(outcome.out == "");
  CHECK(outcome.err.ends_with("countwords: cannot read /nonexistent\n"));
}

TEST_CASE("pi prints the same digits, with any number of workers") {
  CHECK(output_of("pi", 1) == "pi is about 3.142\n");
  CHECK(output_of("pi", 3) == "pi is about 3.142\n");
}

TEST_CASE("fibonacci adds up futures of futures") {
  CHECK(output_of("fibonacci", 1) == "fibonacci(25) is 75025\n");
  CHECK(output_of("fibonacci", 2, {"20"}) == "fibonacci(20) is 6765\n");
}

TEST_CASE("tree grows and sums up its branches") {
  CHECK(output_of("tree", 1) == "The numbers in the tree add up to 596778\n");
  CHECK(output_of("tree", 5) == "The numbers in the tree add up to 596778\n");
}

TEST_CASE("evolution finds the fittest in the same generation, with any number of workers") {
  const std::string one = output_of("evolution", 1);
  CHECK(one.ends_with("generation 25: the best has 64 of 64 bits\n"));
  CHECK(output_of("evolution", 3) == one);
}

TEST_CASE("distances finds the way of a knight to each field") {
  const std::string out = output_of("distances", 2);
  CHECK(out.starts_with("0 3 2 3 2 3 4 5\n3 4 1 2"));
  CHECK(out.ends_with("5 4 5 4 5 4 5 6\n"));
}

TEST_CASE("callbacks finds the number with the most steps") {
  CHECK(output_of("callbacks", 2) == "up to 1000, 871 takes the most steps: 178\n");
}

TEST_CASE("constants looks up twin primes in a table that all workers share") {
  CHECK(output_of("constants", 1) == "below 1000000 there are 8169 pairs of twin primes\n");
  CHECK(output_of("constants", 3) == "below 1000000 there are 8169 pairs of twin primes\n");
}

TEST_CASE("as_they_come counts primes, and tells how far it is") {
  const Outcome outcome = run({.argv = {SCOOP_LAUNCH, "-q", "-n", "2", SCOOP_EXAMPLES "/as_they_come.so"}});
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "17984 primes are below 200000\n");
  CHECK(outcome.err.starts_with("50 of 200 thousands, "));
  CHECK(outcome.err.ends_with("200 of 200 thousands, 17984 primes\n"));
}
