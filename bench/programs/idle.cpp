// idle SECONDS [task]: a pool in which nothing happens, after every worker has run something: main itself sleeps, or a
// task of it does. Says first which process another worker is.
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <scoop/futures.hpp>
#include <thread>

#include "bench/programs/all_workers.hpp"
#include "bench/stopwatch.hpp"
namespace futures = scoop::futures;

int process(int) { return ::getpid(); }

int sleep_for(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  return ::getpid();
}

int process_of_another() {
  for (;;) {
    auto other = futures::submit(process, 0);
    while (!other.done()) {
    }
    if (other.result() != ::getpid()) return other.result();
  }
}

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  bench::wait_for_all_workers();
  bench::report("other_worker", process_of_another(), "pid");
  if (argc > 2)
    futures::submit(sleep_for, seconds).result();
  else
    sleep_for(seconds);
}
