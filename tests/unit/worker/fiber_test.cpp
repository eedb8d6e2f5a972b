#include "worker/runtime/fiber.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>

using namespace scoop;

namespace {

struct Stage {
  StackPool stacks{256 * 1024};
  Fiber main{Fiber::NativeStack{64 * 1024}};
  std::unique_ptr<Fiber> a;
  std::unique_ptr<Fiber> b;
  std::string seen;
};
Stage* stage = nullptr;

[[noreturn]] void leave(Fiber& self) {
  for (;;) self.switch_to(stage->main);
}

/// Goes away in the middle of a catch, and wants its own exception when it comes back.
void rethrow_after_switch(Fiber& self, const char* text) {
  try {
    throw std::runtime_error(text);
  } catch (...) {
    self.switch_to(stage->main);
    try {
      throw;
    } catch (const std::exception& e) {
      stage->seen += e.what();
    }
  }
}

}  // namespace

TEST_CASE("Fiber goes on where it was left") {
  Stage local;
  stage = &local;
  local.a = std::make_unique<Fiber>(local.stacks.take(), [] {
    for (;;) {
      stage->seen += 'x';
      stage->a->switch_to(stage->main);
    }
  });
  for (int i = 0; i < 3; ++i) local.main.switch_to(*local.a);
  CHECK(local.seen == "xxx");
}

TEST_CASE("Fiber keeps its exceptions in flight to itself") {
  Stage local;
  stage = &local;
  local.a = std::make_unique<Fiber>(local.stacks.take(), [] {
    rethrow_after_switch(*stage->a, "one ");
    leave(*stage->a);
  });
  local.b = std::make_unique<Fiber>(local.stacks.take(), [] {
    rethrow_after_switch(*stage->b, "two ");
    leave(*stage->b);
  });
  local.main.switch_to(*local.a);
  local.main.switch_to(*local.b);
  local.main.switch_to(*local.a);
  local.main.switch_to(*local.b);
  CHECK(local.seen == "one two ");
}

TEST_CASE("Fiber's limit lies within its stack, with room below") {
  StackPool stacks(256 * 1024);
  const StackPool::Stack stack = stacks.take();
  const Fiber fiber(stack, [] {});
  CHECK(fiber.limit() >= stack.base + 16 * 1024);
  CHECK(fiber.limit() < stack.top());
}
