#include "common/process/limits.hpp"

#include <sys/resource.h>

#include <string>

namespace scoop {
namespace {

// Measured: a worker that talks to all others has 17 files open, and 3 more for each of them.
constexpr std::uint64_t files_of_one = 17;
constexpr std::uint64_t files_of_another = 3;
// Measured: 38 MB, most of it stacks of threads; and room for a program.
constexpr rlim_t least_address_space = rlim_t{64} << 20;

}  // namespace

Status fit_into_limits(std::uint32_t workers) {
  rlimit memory{};
  if (::getrlimit(RLIMIT_AS, &memory) == 0 && memory.rlim_cur < least_address_space) {
    return Failure{"address space is limited to " + std::to_string(memory.rlim_cur >> 20) +
                   " MiB, and a worker needs at least " + std::to_string(least_address_space >> 20) +
                   " MiB: raise it with ulimit -v"};
  }
  rlimit files{};
  const rlim_t needed = files_of_one + files_of_another * (workers - 1);
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= needed) return success();
  if (files.rlim_max < needed) {
    return Failure{"open files are limited to " + std::to_string(files.rlim_max) + ", and a pool of " +
                   std::to_string(workers) + " worker(s) needs " + std::to_string(needed) +
                   ": raise it with ulimit -n, or give fewer workers with -n"};
  }
  files.rlim_cur = needed;
  if (::setrlimit(RLIMIT_NOFILE, &files) != 0)
    return Failure{"open files cannot be raised to " + std::to_string(needed)};
  return success();
}

}  // namespace scoop
