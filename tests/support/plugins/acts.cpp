// A program that does what it is told, for tests of what happens around programs. Knows nothing of scoop.
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "support/sanitized.hpp"

namespace {

bool main_was_called = false;

/// In every worker, before main: what tasks would do there.
struct Everywhere {
  Everywhere() {
    const char* lines = std::getenv("ACTS_CHATTER");
    if (lines != nullptr && !is_origin()) chatter(std::atoi(lines));
    if (std::getenv("ACTS_HOLD") != nullptr) start_sleeper();
    if (std::getenv("ACTS_EARLY_EXIT") != nullptr) std::exit(5);
  }
  ~Everywhere() {
    if (!main_was_called && std::getenv("ACTS_LINGER") != nullptr) ::sleep(1000);
  }

  /// The others have nothing to read.
  static bool is_origin() {
    struct stat input {};
    struct stat null {};
    return ::fstat(STDIN_FILENO, &input) != 0 || ::stat("/dev/null", &null) != 0 || input.st_rdev != null.st_rdev;
  }

  // In small writes, so that lines of several workers would mix if nobody kept them apart.
  static void chatter(int lines) {
    for (int i = 0; i < lines; ++i) {
      const auto line = "line " + std::to_string(i) + " of " + std::to_string(::getpid()) + " ends\n";
      for (const auto& part : {line.substr(0, 7), line.substr(7)}) {
        if (::write(STDOUT_FILENO, part.data(), part.size()) < 0) return;
        if (::write(STDERR_FILENO, part.data(), part.size()) < 0) return;
      }
    }
  }

  /// A process that keeps all outputs open, in a session of its own, its parent gone.
  static void start_sleeper() {
    if (::fork() != 0) return;
    ::setsid();
    if (::fork() == 0) ::execlp("sleep", "sleep", "1000", nullptr);
    ::_exit(0);
  }
} everywhere;

void say(const char* text) {
  std::puts(text);
  std::fflush(stdout);
}

[[noreturn]] void wait_for_ever() {
  say("begun");
  for (;;) ::pause();
}

void copy_input() {
  std::vector<char> block(100'000);
  for (long count; (count = ::read(STDIN_FILENO, block.data(), block.size())) > 0;) {
    std::fwrite(block.data(), 1, static_cast<std::size_t>(count), stdout);
  }
}

void tell_terminal() {
  std::printf("%d %d %d %s\n", ::isatty(0), ::isatty(1), ::isatty(2),
              ::tcgetpgrp(0) == ::getpgrp() ? "foreground" : "background");
}

/// What a worker was given to run in.
void show_setup() {
  cpu_set_t cpus;
  ::sched_getaffinity(0, sizeof cpus, &cpus);
  const char* threads = std::getenv("OMP_NUM_THREADS");
  const char* wrapped = std::getenv("ACTS_WRAPPED");
  std::printf("%d cpus, %s threads, %s\n", CPU_COUNT(&cpus), threads ? threads : "no", wrapped ? wrapped : "bare");
}

/// Where a worker was put, and with what.
void show_place() {
  const char* word = std::getenv("ACTS_WORD");
  const char* prolog = std::getenv("ACTS_PROLOG");
  char* folder = ::getcwd(nullptr, 0);
  std::printf("%s, nice %d, word %s, prolog %s\n", folder, ::getpriority(PRIO_PROCESS, 0), word ? word : "none",
              prolog ? prolog : "none");
  std::free(folder);
}

void clean_and_go(int) {
  const char text[] = "cleaned\n";
  if (::write(STDOUT_FILENO, text, sizeof text - 1) < 0) ::_exit(1);
  ::_exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  main_was_called = true;
  const std::string act = argc > 1 ? argv[1] : "";
  const int number = argc > 2 ? std::atoi(argv[2]) : 0;
  if (act == "return") return number;
  if (act == "exit") std::exit(number);
  if (act == "raise") {
    if (scoop::test::is_sanitized) ::signal(number, SIG_DFL);  // which the runtime has taken
    ::raise(number);
  }
  if (act == "copy") copy_input();
  if (act == "setup") show_setup();
  if (act == "place") show_place();
  if (act == "terminal") tell_terminal();
  if (act == "wait") wait_for_ever();
  if (act == "pipe") {  // its reader never reads to the end, and it never ends
    std::FILE* output = ::popen("echo piped; exec sleep 1000", "r");
    if (output != nullptr && std::fgetc(output) == 'p') say("read");
  }
  if (act == "litter") {
    Everywhere::start_sleeper();
    std::system("sleep 1000 &");
    if (number != 0) wait_for_ever();
  }
  if (act == "deaf") {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::signal(signal, SIG_IGN);
    wait_for_ever();
  }
  if (act == "polite") {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::signal(signal, clean_and_go);
    wait_for_ever();
  }
  return 0;
}
