#include <doctest/doctest.h>
#include <sys/mman.h>

#include <cstring>
#include <set>

#include "worker/runtime/stacks.hpp"

using namespace scoop;

TEST_CASE("StackPool gives different stacks of the size asked for, less a guard") {
  StackPool pool(256 * 1024);
  std::set<char*> bases;
  for (int i = 0; i < 200; ++i) {
    const StackPool::Stack stack = pool.take();
    CHECK(stack.size == 256 * 1024 - 16 * 1024);
    CHECK(bases.insert(stack.base).second);
    std::memset(stack.top() - 4096, 1, 4096);
    stack.base[0] = 1;
  }
}

TEST_CASE("StackPool makes no stack too small to use") {
  StackPool pool(1);
  CHECK(pool.take().size >= 60 * 1024);
}

TEST_CASE("StackPool gives back the pages of a stack that went deep") {
  StackPool pool(1024 * 1024);
  const StackPool::Stack stack = pool.take();
  std::memset(stack.base, 1, stack.size);
  const auto resident = [&] {
    unsigned char pages[256] = {};
    REQUIRE(mincore(stack.base, stack.size, pages) == 0);
    int count = 0;
    for (unsigned char page : pages) count += page & 1;
    return count;
  };
  CHECK(resident() == 240);
  StackPool::trim(stack);
  CHECK(resident() <= 17);
}
