// Shared constants over the life of workers and hosts. The first word says what is done:
//   dies FOLDER      a task sets a constant in another worker, and kills it, the first time
//   hosts FOLDER N   each worker of N, on whatever host, views what main set; and main views what each has set
//   many             main sets constants until it cannot any more, and says why
//   kept FOLDER      another host sets a constant and then has to leave; FOLDER/left says that it has
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <scoop/futures.hpp>
#include <scoop/scoop.hpp>
#include <scoop/shared.hpp>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace fs = std::filesystem;
namespace futures = scoop::futures;
namespace shared = scoop::shared;

namespace {

constexpr auto limit = std::chrono::seconds(40);
constexpr std::size_t size = 1u << 19;  // doubles: 4 MiB, so several parts

template <class Predicate>
void wait_for(const Predicate& predicate) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!predicate()) {
    if (std::chrono::steady_clock::now() > end) std::abort();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

long files_in(const std::string& folder) {
  return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

std::vector<double> numbers() {
  std::vector<double> all(size);
  std::iota(all.begin(), all.end(), 1.0);
  return all;
}
double sum(const std::string& name) {
  const auto& view = shared::getConst<std::span<const double>>(name, limit);
  return std::accumulate(view.begin(), view.end(), 0.0);
}

int set_and_die(const std::string& folder) {
  const bool is_first = !fs::exists(folder + "/begun");
  shared::setConst("of the dead", numbers());
  std::ofstream(folder + "/begun").flush();
  if (is_first) ::kill(::getpid(), SIGKILL);
  return 1;
}

int dies(const std::string& folder) {
  auto task = futures::submit(set_and_die, folder);
  wait_for([&] { return fs::exists(folder + "/begun"); });  // not here, where main makes no scoop call
  std::printf("%.0f %d\n", sum("of the dead"), task.result());
  return 0;
}

std::string look(const std::string& folder, long workers) {
  std::ofstream(folder + "/" + scoop::worker()).flush();
  wait_for([&] { return files_in(folder) >= workers; });
  if (sum("of main") != 0.5 * size * (size + 1)) return "wrong";
  shared::setConst(scoop::worker(), std::string(300, 'x') + scoop::worker());
  return scoop::worker();
}

int hosts(const std::string& folder, long workers) {
  shared::setConst("of main", numbers());
  std::vector<scoop::Future<std::string>> looks;
  for (long i = 0; i < workers; ++i) looks.push_back(futures::submit(look, folder, workers));
  for (auto& one : looks) {
    const auto worker = one.result();
    const bool is_right = shared::getConst<std::string>(worker, limit) == std::string(300, 'x') + worker;
    std::printf("%s %s\n", worker.c_str(), is_right ? "right" : "wrong");
  }
  return 0;
}

std::string set_elsewhere(const std::string& folder) {
  shared::setConst("of a host that leaves", numbers());
  std::ofstream(folder + "/set").flush();
  return scoop::worker();
}

int kept(const std::string& folder) {
  auto task = futures::submit(set_elsewhere, folder);
  wait_for([&] { return fs::exists(folder + "/set"); });
  std::printf("set by %s\n", task.result().c_str());
  std::fflush(stdout);
  wait_for([&] { return fs::exists(folder + "/left"); });
  std::printf("%.0f\n", sum("of a host that leaves"));
  return 0;
}

int many() {
  try {
    for (int i = 0; i < 10'000; ++i) shared::setConst("c" + std::to_string(i), i);
  } catch (const scoop::Error& error) {
    std::puts(error.what());
  }
  std::printf("%d\n", shared::getConst<int>("c0", limit));
  return 0;
}

}  // namespace

int main(int, char** argv) {
  const std::string what = argv[1];
  if (what == "dies") return dies(argv[2]);
  if (what == "hosts") return hosts(argv[2], std::atol(argv[3]));
  if (what == "many") return many();
  return kept(argv[2]);
}
