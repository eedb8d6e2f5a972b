// Rounds of nested tasks until the file FOLDER/stop is there. Each task that begins adds a line to FOLDER/attempts: its
// number and its worker. Prints how many tasks there were, or which result was wrong.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <scoop/futures.hpp>
#include <scoop/scoop.hpp>
#include <string>
#include <thread>
#include <vector>

namespace futures = scoop::futures;

namespace {

constexpr long children = 3;
constexpr long in_a_round = 24;

void note(const std::string& folder, long number) {
  const auto line = std::to_string(number) + " " + scoop::worker() + "\n";
  const int fd = ::open((folder + "/attempts").c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (::write(fd, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::abort();
  ::close(fd);
}

long leaf(std::string folder, long number) {
  note(folder, number);
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return number;
}

long parent(std::string folder, long number) {
  note(folder, number);
  std::vector<scoop::Future<long>> parts;
  for (long i = 1; i <= children; ++i) parts.push_back(futures::submit(leaf, folder, number + i));
  long sum = number;
  for (auto& part : parts) sum += part.result();
  return sum;
}

}  // namespace

int main(int, char** argv) {
  const std::string folder = argv[1];
  long number = 0;
  while (::access((folder + "/stop").c_str(), F_OK) != 0) {
    std::vector<scoop::Future<long>> round;
    for (long i = 0; i < in_a_round; ++i) round.push_back(futures::submit(parent, folder, number + i * (1 + children)));
    for (auto& one : round) {
      const long expected = (1 + children) * number + children * (children + 1) / 2;
      if (one.result() != expected) {
        std::printf("task %ld has a wrong result\n", number);
        return 1;
      }
      number += 1 + children;
    }
  }
  std::printf("%ld tasks\n", number);
}
