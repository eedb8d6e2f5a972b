// A program that harms the process that it runs in: harms HERE|ELSEWHERE HARM, in main or in a task of another worker.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <msgpack.hpp>
#include <ranges>
#include <scoop/logger.hpp>
#include <scoop/scoop.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace futures = scoop::futures;

namespace {

int squared(int x) { return x * x; }

/// Throws when it is destroyed, once it has a number.
struct LastThrow {
  int number = 0;
  LastThrow() = default;
  explicit LastThrow(int n) : number(n) {}
  LastThrow(LastThrow&& other) noexcept : number(std::exchange(other.number, 0)) {}
  MSGPACK_DEFINE(number)
  ~LastThrow() noexcept(false) {
    if (number != 0) throw std::runtime_error("thrown by a destructor");
  }
};

LastThrow make_last_throw(int number) { return LastThrow(number); }

struct OwnError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The first to come ends its process, all others throw.
[[noreturn]] void end_or_throw(const std::string& marker) {
  if (::open(marker.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0600) >= 0) ::_exit(3);
  throw OwnError("not the first");
}

void close_from(int first) {
  for (int fd = first; fd < 1024; ++fd) ::close(fd);
}

/// What leads to the daemon, and nothing else: the one socket without names at its ends. Waits, since its end is this
/// process's.
void close_channel() {
  for (int fd = 3; fd < 1024; ++fd) {
    sockaddr_un address{};
    socklen_t here = sizeof address, there = sizeof address;
    auto* at = reinterpret_cast<sockaddr*>(&address);
    if (::getsockname(fd, at, &here) == 0 && ::getpeername(fd, at, &there) == 0 &&
        here + there == 2 * sizeof(sa_family_t))
      ::close(fd);
  }
  scoop::logger()->error("wakes the thread that looks");
  for (;;) ::pause();
}

void ignore(int) {}
/// Has all signals that can be caught, and one every millisecond, which breaks off what waits.
void take_signals() {
  struct sigaction taken {};
  taken.sa_handler = ignore;
  for (int signal = 1; signal < SIGRTMIN; ++signal) {
    if (signal != SIGABRT && signal != SIGSEGV) ::sigaction(signal, &taken, nullptr);
  }
  const itimerval often{{0, 1000}, {0, 1000}};
  ::setitimer(ITIMER_REAL, &often, nullptr);
}

/// Until there is one, all tasks are this worker's own.
void wait_for_another_worker() {
  for (std::string name = scoop::worker(); name == scoop::worker();) {
    auto asked = futures::submit(scoop::worker);
    while (!asked.done()) {
    }
    name = asked.result();
  }
}

int harm(const std::string& how) {
  if (how == "exit") std::exit(3);
  if (how == "print") std::puts("a last line");
  if (how == "_exit" || how == "print") ::_exit(3);
  if (how == "quick_exit") std::quick_exit(3);
  if (how == "abort") std::abort();
  if (how == "terminate") std::terminate();
  if (how == "destructor") LastThrow{1};
  if (how == "result") (void)futures::submit(make_last_throw, 1).result();
  if (how == "exec") ::execlp("true", "true", nullptr);
  if (how == "system") return std::system("exit 3") >> 8;
  if (how == "close") close_from(3);
  if (how == "close-channel") close_channel();
  if (how == "close-standard") {
    for (int fd = 0; fd < 3; ++fd) ::close(fd);
  }
  if (how == "chdir") return ::chdir("/");
  if (how == "signals") take_signals();
  if (how.starts_with("once:")) end_or_throw(how.substr(5));
  return 0;
}

}  // namespace

int main(int, char** argv) {
  const std::string where = argv[1], how = argv[2];
  if (where == "elsewhere") wait_for_another_worker();
  try {
    const std::uint8_t retries = how.starts_with("once:") ? 1 : 0;
    const int result =
        where == "here" ? harm(how) : futures::submit({.retries = retries, .kill = true}, harm, how).result();
    std::printf("gave %d\n", result);
  } catch (const scoop::WorkerLost& lost) {
    std::printf("lost: %s\n", lost.cause().c_str());
  } catch (const std::exception& error) {
    std::printf("threw: %s\n", error.what());
  }
  std::printf("%d\n", futures::mapReduce({.chunk_size = 10}, squared, std::plus<>(), std::views::iota(0, 1000)));
}
