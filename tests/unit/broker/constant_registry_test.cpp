#include "broker/constant_registry.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace scoop;

namespace {

constexpr WorkerId w0{0, 0, 1}, w1{0, 1, 1}, far{3, 0, 1};
using Hosts = std::vector<std::uint16_t>;

SetConstant constant(const std::string& hash) { return {"c", "int", hash, 5}; }

}  // namespace

TEST_CASE("ConstantRegistry answers who sets a name with what it has got") {
  ConstantRegistry registry;
  auto answers = registry.on_set(w0, constant("a"));
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].first == w0);
  CHECK(answers[0].second.constant.hash == "a");
  CHECK(answers[0].second.hosts == Hosts{0});

  answers = registry.on_set(far, constant("b"));
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].second.constant.hash == "a");
  CHECK(answers[0].second.hosts == Hosts{0});
}

TEST_CASE("ConstantRegistry takes the same bytes again as another copy of them") {
  ConstantRegistry registry;
  registry.on_set(w0, constant("a"));
  registry.on_set(w1, constant("a"));
  CHECK(registry.on_set(far, constant("a"))[0].second.hosts == Hosts{0, 3});
}

TEST_CASE("ConstantRegistry answers each one that asked early once, when the name is set") {
  ConstantRegistry registry;
  CHECK(registry.on_find(w0, "c").empty());
  CHECK(registry.on_find(w0, "c").empty());
  CHECK(registry.on_find(far, "c").empty());
  CHECK(registry.on_find(w0, "other").empty());
  const auto answers = registry.on_set(w1, constant("a"));
  REQUIRE(answers.size() == 3);
  CHECK(answers[0].first == w1);
  CHECK(answers[1].first == w0);
  CHECK(answers[2].first == far);
  CHECK(registry.on_set(w1, constant("a")).size() == 1);
  CHECK(registry.on_find(w0, "c").size() == 1);
}

TEST_CASE("ConstantRegistry forgets who waits and is lost") {
  ConstantRegistry registry;
  registry.on_find(w0, "c");
  registry.on_find(far, "c");
  registry.on_lost(w0);
  CHECK(registry.on_set(w1, constant("a")).size() == 2);
}

TEST_CASE("ConstantRegistry names the hosts that got it from others") {
  ConstantRegistry registry;
  registry.on_held(far, "c");  // of a name that nobody set: no harm
  registry.on_set(w0, constant("a"));
  registry.on_held(far, "c");
  registry.on_held(far, "c");
  CHECK(registry.on_find(w1, "c")[0].second.hosts == Hosts{0, 3});
}

TEST_CASE("ConstantRegistry knows what would leave with a host") {
  ConstantRegistry registry;
  registry.on_set(far, constant("a"));
  CHECK(registry.leaving({3}, {0}).size() == 1);
  CHECK(registry.leaving({2}, {0, 3}).empty());
  registry.on_held(w0, "c");
  CHECK(registry.leaving({3}, {0}).empty());
}
