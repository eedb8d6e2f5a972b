#include "worker/daemon/worker_setup.hpp"

#include <doctest/doctest.h>

using namespace scoop;

namespace {

using Words = std::vector<std::string>;

control::Start start_of(std::uint16_t workers, std::uint32_t threads = 0) {
  control::Start start;
  start.workers = workers;
  start.settings.threads = threads;
  return start;
}

}  // namespace

TEST_CASE("A worker's libraries get its share of the cores, unless the user says how many") {
  CHECK(threads_of(start_of(2), 8) == 4);
  CHECK(threads_of(start_of(3), 8) == 2);
  CHECK(threads_of(start_of(16), 8) == 1);
  CHECK(threads_of(start_of(2, 7), 8) == 7);
}

TEST_CASE("Numbers of threads that the user set stay") {
  CHECK(with_threads({"A=1", "OMP_NUM_THREADS=9"}, 2) ==
        Words{"A=1", "OMP_NUM_THREADS=9", "OPENBLAS_NUM_THREADS=2", "MKL_NUM_THREADS=2"});
}

TEST_CASE("Bound workers have cores of their own, as long as there are enough") {
  const std::vector<int> usable{1, 3, 5, 7};
  CHECK(cpus_of(0, 2, usable) == std::vector{1, 3});
  CHECK(cpus_of(1, 2, usable) == std::vector{5, 7});
  CHECK(cpus_of(2, 2, usable) == std::vector{1, 3});
  CHECK(cpus_of(1, 9, usable) == std::vector{3, 5, 7, 1});
  CHECK(cpus_of(0, 1, {}).empty());
}

TEST_CASE("Those workers are wrapped whose number in the pool was named, or all") {
  auto start = start_of(4);
  CHECK_FALSE(is_wrapped(start, 0));
  start.settings.wrap = "valgrind";
  CHECK(is_wrapped(start, 3));
  start.first_worker = 10;
  start.settings.wrapped = {10, 12};
  CHECK(is_wrapped(start, 0));
  CHECK_FALSE(is_wrapped(start, 1));
  CHECK(is_wrapped(start, 2));
}

TEST_CASE("Variables of the run replace those of the host") {
  CHECK(with_variables({"A=1", "AB=2", "C=3"}, {"A=9", "D=4"}) == Words{"AB=2", "C=3", "A=9", "D=4"});
  CHECK(with_variables({"A=1"}, {}) == Words{"A=1"});
}
