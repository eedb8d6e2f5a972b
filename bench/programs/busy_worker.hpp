#pragma once
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <scoop/scoop.hpp>
#include <string>
#include <thread>
#include <utility>

#include "bench/arithmetic.hpp"
#include "bench/stopwatch.hpp"

namespace bench {

/// Computes from the moment at which `path`.begun appears until `path` vanishes. The worker that did it.
inline std::string compute_while_exists(std::string path) {
  std::ofstream(path + ".begun").put('\n');
  while (std::filesystem::exists(path)) keep(arithmetic(500'000));
  return scoop::worker();
}

/// Keeps the other worker of a pool of two inside one long task. Ends the program where that was not so.
class BusyWorker {
 public:
  BusyWorker()
      : path_(std::filesystem::temp_directory_path() / ("scoop-bench-" + std::to_string(::getpid()))),
        begun_(path_ + ".begun") {
    if (scoop::size() != 2) fail("the pool must have two workers");
    std::ofstream(path_).put('\n');
    task_ = scoop::futures::submit(compute_while_exists, path_);
    // Without a scoop call meanwhile, so that only the other worker can take it.
    const double limit = seconds_now() + 20;
    while (!std::filesystem::exists(begun_)) {
      if (seconds_now() > limit) fail("the other worker did not take the long task");
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  }
  BusyWorker(const BusyWorker&) = delete;
  BusyWorker& operator=(const BusyWorker&) = delete;

  /// To be called when all is measured: the long task ends now, and not before.
  void release() {
    std::filesystem::remove(path_);
    const std::string busy = task_.result();
    std::filesystem::remove(begun_);
    if (busy == scoop::worker()) fail("the long task ran on this worker");
  }

 private:
  [[noreturn]] void fail(const char* why) {
    std::filesystem::remove(path_);
    std::filesystem::remove(begun_);
    std::fprintf(stderr, "%s\n", why);
    std::exit(1);
  }

  std::string path_;
  std::string begun_;
  scoop::Future<std::string> task_;
};

}  // namespace bench
