// rollcall N [NAME...]: gives out tasks until N workers have run one, and shows what each of them found: its name,
// host mark, working folder, nice value, and these variables.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <scoop/futures.hpp>
#include <scoop/scoop.hpp>
#include <string>
#include <thread>
#include <vector>

namespace futures = scoop::futures;

namespace {

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "(none)" : value;
}

/// Some of them take a little, so that idle workers have time to ask for more.
std::vector<std::string> answer(int number, const std::vector<std::string>& names) {
  std::this_thread::sleep_for(std::chrono::milliseconds(1 + number % 5));
  std::string found =
      variable("SCOOP_TEST_HOST") + " " + std::filesystem::current_path().string() + " " + std::to_string(::nice(0));
  for (const auto& name : names) found += " " + name + "=" + variable(name);
  return {std::string(scoop::worker()), found};
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t wanted = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1;
  const std::vector<std::string> names(argv + std::min(argc, 2), argv + argc);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::map<std::string, std::string> present;
  while (present.size() < wanted && std::chrono::steady_clock::now() < end) {
    std::vector<scoop::Future<std::vector<std::string>>> answers;
    for (int i = 0; i < 50; ++i) answers.push_back(futures::submit(answer, i, names));
    for (auto& one : answers) present[one.result()[0]] = one.result()[1];
  }
  for (const auto& [name, found] : present) std::printf("%s: %s\n", name.c_str(), found.c_str());
  return present.size() == wanted ? 0 : 1;
}
