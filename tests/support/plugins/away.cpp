// A program whose tasks tell on which hosts they ran, and do there what must not stay behind.
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <numeric>
#include <ranges>
#include <scoop/scoop.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace futures = scoop::futures;

namespace {

std::string host_name() {
  utsname names{};
  ::uname(&names);
  return names.nodename;
}

struct Done {
  int value = 0;
  std::string worker;
  std::string host;
};

Done square_after(int x, int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return {x * x, scoop::worker(), host_name()};
}

/// One process that goes with its worker, one with a session of its own, and one whose parent has gone as well.
Done leave_sleepers(int x, int milliseconds) {
  static const bool once = [] {
    const auto sleep = [] { ::execlp("sleep", "sleep", "1000", nullptr); };
    if (::fork() == 0) sleep();
    if (::fork() == 0) {
      ::setsid();
      if (::fork() != 0) sleep();
      if (::fork() != 0) ::_exit(0);
      sleep();
    }
    return true;
  }();
  return square_after(x, once ? milliseconds : 0);
}

void write_all(const std::string& text) {
  if (::write(STDOUT_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
}

/// Lines in two writes, which would mix if nobody kept them apart. The origin of this host has its output for itself.
Done print_lines(int x, int milliseconds) {
  constexpr int lines = 1000;
  for (int i = 0; i < lines; ++i) {
    const auto text = "line " + std::to_string(x * lines + i) + " " + std::string(80, '.');
    if (!scoop::is_origin()) write_all(text);
    write_all((scoop::is_origin() ? text : "") + " ends\n");
  }
  return square_after(x, milliseconds);
}

/// Each worker's number of tasks, over all that was done.
std::map<std::string, int> shares;
std::set<std::string> hosts;

template <class Task>
void run_all(Task task, int count, int milliseconds) {
  const auto numbers = std::views::iota(0, count);
  long sum = 0;
  for (const auto& done : futures::map({.chunk_size = 1}, task, numbers, std::vector<int>(count, milliseconds))) {
    sum += done.value;
    ++shares[done.worker];
    hosts.insert(done.host);
  }
  const long right =
      std::transform_reduce(numbers.begin(), numbers.end(), 0L, std::plus<>(), [](long x) { return x * x; });
  if (sum == right) return;
  std::printf("wrong: %ld, not %ld\n", sum, right);
  std::_Exit(9);
}

void say(const std::string& text) {
  std::puts(text.c_str());
  std::fflush(stdout);
}

bool may_go() {
  struct stat status {};
  return ::stat((std::string(std::getenv("HOME")) + "/go").c_str(), &status) == 0;
}

/// Until every worker of the pool has done something.
template <class Task>
void occupy_all(Task task) {
  while (shares.size() < scoop::size()) run_all(task, 8 * static_cast<int>(scoop::size()), 5);
  std::string text = "at work:";
  for (const auto& host : hosts) text += " " + host;
  say(text);
}

}  // namespace

/// away.so DEED [END]; END: return, exit, wait (for ever), go (till there is ~/go).
int main(int argc, char** argv) {
  const std::string deed = argc > 1 ? argv[1] : "";
  const std::string end = argc > 2 ? argv[2] : "return";
  if (deed == "squares") occupy_all(square_after);
  if (deed == "sleepers") occupy_all(leave_sleepers);
  if (deed == "lines") run_all(print_lines, 200, 0);  // 20 MB
  while (end == "go" && !may_go()) run_all(square_after, 60, 10);
  if (end == "wait") run_all(square_after, 4 * static_cast<int>(scoop::size()), 1'000'000);
  say("all is right");
  if (end == "exit") std::exit(3);
  return 4;
}
