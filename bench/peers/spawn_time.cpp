// spawn_time COUNT PROGRAM [ARGUMENT...]: starts the program so often, one after another, by fork and exec; how long
// that takes.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "bench/stopwatch.hpp"

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  bool failed = false;
  const double seconds = bench::seconds_of([&] {
    for (int left = std::atoi(argv[1]); left > 0; --left) {
      const pid_t pid = ::fork();
      if (pid == 0) {
        ::execv(argv[2], argv + 2);
        ::_exit(127);
      }
      int status = 0;
      ::waitpid(pid, &status, 0);
      failed = failed || status != 0;
    }
  });
  bench::report("spawn", seconds * 1e3, "ms");
  return failed ? 1 : 0;
}
