// A program whose tasks do what programs do to the process they run in.
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <ranges>
#include <scoop/futures.hpp>
#include <scoop/logger.hpp>
#include <string>
#include <thread>
#include <vector>

namespace futures = scoop::futures;

namespace {

/// Touches all of a large local array.
template <std::size_t megabytes>
int fill(int value) {
  volatile char array[megabytes << 20];
  for (std::size_t i = 0; i < sizeof array; i += 4096) array[i] = static_cast<char>(value);
  return array[sizeof array - 4096];
}

/// Uses up stacks, down to each depth at which a task may begin.
int descend(int depth) {
  if (depth == 0) return 0;
  volatile char some[50'000];
  some[0] = 1;
  return some[0] + futures::submit(descend, depth - 1).result() + futures::submit(fill<3>, 0).result();
}

int recurse(int depth) {
  if (depth < 0) return 0;  // for the compiler
  volatile char some[1000];
  some[0] = static_cast<char>(depth);
  return recurse(depth + 1) + some[0];
}

int square(int x) { return x * x; }

void idle(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

/// What a child made by fork() ends with that does as it is told.
int fork_and(const std::string& how) {
  const pid_t child = ::fork();
  if (child != 0) {
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  if (how == "exit") std::exit(3);
  if (how == "log") {
    for (int i = 0; i < 10'000; ++i) scoop::logger()->info("from a child");
    ::_exit(4);
  }
  if (how == "call") try {
      return futures::submit(square, 2).result();
    } catch (const scoop::Error& error) {
      std::fprintf(stderr, "%s\n", error.what());
      ::_exit(5);
    }
  return 6;
}

/// One log line of so many megabytes.
std::size_t log_megabytes(int number) {
  const std::string text(static_cast<std::size_t>(number) << 20, 'x');
  scoop::logger()->error(text);
  return text.size();
}

/// Holds all descriptors it can get until there is a file `go`. Others shall want to have its tasks meanwhile.
int hold_descriptors(const char* go) {
  const rlimit few{64, 64};
  ::setrlimit(RLIMIT_NOFILE, &few);
  std::vector<int> held;
  for (int fd; (fd = ::dup(STDIN_FILENO)) >= 0;) held.push_back(fd);
  auto squares = futures::map({.chunk_size = 1}, square, std::views::iota(0, 100));
  struct stat status {};
  while (::stat(go, &status) != 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  for (const int fd : held) ::close(fd);
  return std::accumulate(squares.begin(), squares.end(), 0);
}

void speak_in_task(int number) { scoop::logger()->info("task {} speaks,\nin two lines", number); }

/// Speaks before and after there is a file `go`.
void speak(const char* go) {
  scoop::logger()->info("main speaks");
  futures::map({.chunk_size = 1}, speak_in_task, std::views::iota(0, 4)).get();
  struct stat status {};
  while (go != nullptr && ::stat(go, &status) != 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  scoop::logger()->warn("main is done");
}

/// So many log lines.
int flood(int number) {
  for (int i = 0; i < number; ++i) scoop::logger()->info("line {} of a task that says very much", i);
  return number;
}

/// Speaks when main has returned.
struct Late {
  bool is_awaited = false;
  ~Late() {
    if (is_awaited) scoop::logger()->error("a last word");
  }
} late;

}  // namespace

int main(int argc, char** argv) {
  const std::string deed = argc > 1 ? argv[1] : "";
  const int number = argc > 2 ? std::atoi(argv[2]) : 0;
  if (deed == "descend") std::printf("%d\n", descend(200));
  if (deed == "fill") std::printf("%d\n", futures::submit(fill<20>, 3).result());
  if (deed == "idle") {
    idle(number);
    std::printf("%d\n", futures::mapReduce(square, std::plus<>(), std::views::iota(0, 10)));
  }
  if (deed == "fork") {
    const std::vector<int> statuses = futures::map({.chunk_size = 1}, fork_and, std::vector<std::string>(20, argv[2]));
    for (const int status : statuses) std::printf("%d ", status);
  }
  if (deed == "fork-main" && ::fork() == 0) return 7;
  if (deed == "fork-main") {
    int status = 0;
    ::wait(&status);
    return WEXITSTATUS(status);
  }
  if (deed == "log") return futures::map({.chunk_size = 1}, log_megabytes, std::vector(2, number)).get().size() != 2;
  if (deed == "speak") speak(argc > 2 ? argv[2] : nullptr);
  if (deed == "flood") return futures::submit(flood, number).result() != number;
  if (deed == "late") late.is_awaited = true;
  if (deed == "hold") std::printf("%d\n", hold_descriptors(argv[2]));
  if (deed == "recurse") return futures::submit(recurse, 0).result();
}
