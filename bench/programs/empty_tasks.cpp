// empty_tasks [COUNT]: tasks that do nothing, submitted by this worker and run by the other one of two, of which both
// see the same files: how many a second.
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <scoop/scoop.hpp>
#include <string>
#include <thread>
#include <vector>

#include "bench/programs/all_workers.hpp"
#include "bench/stopwatch.hpp"
namespace futures = scoop::futures;

bool runs_elsewhere() { return !scoop::is_origin(); }

void make_file(std::string path) { std::ofstream(path).put('\n'); }

/// How many of so many tasks ran elsewhere. None runs here, without a scoop call, before the last one has been run
/// there.
long run_elsewhere(int count, const std::string& mark) {
  std::vector<scoop::Future<bool>> tasks;
  for (int i = 0; i < count; ++i) tasks.push_back(futures::submit(runs_elsewhere));
  auto last = futures::submit(make_file, mark);
  while (!std::filesystem::exists(mark)) std::this_thread::sleep_for(std::chrono::microseconds(100));
  long elsewhere = 0;
  for (auto& task : tasks) elsewhere += task.result();
  last.result();
  std::filesystem::remove(mark);
  return elsewhere;
}

/// How much is given at a time goes by how long tasks took here lately.
void get_used_to_empty_tasks() {
  const double end = bench::seconds_now() + 0.2;
  while (bench::seconds_now() < end) {
    std::vector<scoop::Future<bool>> tasks;
    for (int i = 0; i < 1000; ++i) tasks.push_back(futures::submit(runs_elsewhere));
    for (auto& task : tasks) task.result();
  }
}

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 200'000;
  const auto name = "scoop-bench-" + std::to_string(::getpid());
  const auto mark = (std::filesystem::temp_directory_path() / name).string();
  bench::wait_for_all_workers();
  get_used_to_empty_tasks();
  std::vector<double> rates;
  bool right = true;
  for (int i = 0; i < 5; ++i) {
    long elsewhere = 0;
    rates.push_back(count / bench::seconds_of([&] { elsewhere = run_elsewhere(count, mark); }) / 1e3);
    right = right && elsewhere == count;
  }
  bench::report("empty_tasks", bench::median(rates), "k/s");
  return right ? 0 : 1;
}
