// Every way to wait for every kind of task, in all workers at once, so that nobody is left who only works.
#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <iterator>
#include <ranges>
#include <scoop/scoop.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace futures = scoop::futures;
using namespace std::chrono_literals;

namespace {

struct Kind {
  bool kill = false;
  std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max();
};
const std::vector<Kind> kinds{{},
                              {.kill = true},
                              {.timeout = 0s},
                              {.kill = true, .timeout = 0s},
                              {.timeout = 300us},
                              {.kill = true, .timeout = 300us}};

scoop::Options options_of(const Kind& kind) {
  return {.timeout = kind.timeout, .chunk_size = 1, .window = 3, .kill = kind.kill};
}
int leaf(int x) {
  std::this_thread::sleep_for(std::chrono::microseconds(200 * (x % 4)));
  return x;
}
auto submit_leaf(const Kind& kind, int x) { return futures::submit(options_of(kind), leaf, x); }
auto submit_leaves(const Kind& kind, int x) {
  std::vector<scoop::Future<int>> leaves;
  for (int i = 0; i < 5; ++i) leaves.push_back(submit_leaf(kind, x));
  return leaves;
}

/// For longer than any of it takes.
class Limit {
 public:
  bool lasts() const { return std::chrono::steady_clock::now() < end_; }

 private:
  std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + 20s;
};
constexpr int never_came = -1;

/// Again and again while the time is over, with no rest between.
template <class F>
int insist(F&& f) {
  for (const Limit limit; limit.lasts();) {
    try {
      return f();
    } catch (const scoop::TimeoutError&) {
    }
  }
  return never_came;
}
/// Of a range of results, which goes on where it was.
template <class Results>
int insist_on_sum(Results&& results) {
  int sum = 0;
  for (auto i = results.begin(); i != results.end(); ++i) sum += insist([&] { return *i; });
  return sum;
}

int ask_done(const Kind& kind, int x) {
  auto future = submit_leaf(kind, x);
  for (const Limit limit; !future.done();)
    if (!limit.lasts()) return never_came;
  return future.result();
}
int ask_progress(const Kind& kind, int x) {
  auto future = submit_leaf(kind, x);
  for (const Limit limit; future.progress().done == 0;)
    if (!limit.lasts()) return never_came;
  return future.result();
}
int result(const Kind& kind, int x) {
  auto future = submit_leaf(kind, x);
  return insist([&] { return future.result(); });
}
template <int microseconds>
int result_within(const Kind& kind, int x) {
  auto future = submit_leaf(kind, x);
  return insist([&] { return future.result(std::chrono::microseconds(microseconds)); });
}
template <int microseconds>
int as_completed(const Kind& kind, int x) {
  auto leaves = submit_leaves(kind, x);
  return insist([&] {
    auto all = futures::as_completed(leaves, std::chrono::microseconds(microseconds));
    return std::distance(all.begin(), all.end()) == 5 ? x : -2;
  });
}
template <int microseconds>
int wait_for_all(const Kind& kind, int x) {
  auto leaves = submit_leaves(kind, x);
  for (const Limit limit; !futures::wait(leaves, std::chrono::microseconds(microseconds)).not_done.empty();)
    if (!limit.lasts()) return never_came;
  return x;
}
int map(const Kind& kind, int x) {
  return insist_on_sum(futures::map(options_of(kind), leaf, std::views::iota(x, x + 5))) / 5 - 2;
}
int map_as_completed(const Kind& kind, int x) {
  return insist_on_sum(futures::map_as_completed(options_of(kind), leaf, std::views::iota(x, x + 5))) / 5 - 2;
}
int stream(const Kind& kind, int x) {
  std::istringstream numbers("0 1 2 3 4 5 6 7 8");
  return insist_on_sum(futures::map(options_of(kind), leaf, std::views::istream<int>(numbers))) / 9 - 4 + x;
}
int reduce(const Kind& kind, int x) {
  auto sum = futures::mapReduce_async(options_of(kind), leaf, std::plus<>(), std::views::iota(x, x + 5));
  return insist([&] { return sum.result(); }) / 5 - 2;
}

const std::vector<std::pair<std::string, int (*)(const Kind&, int)>> ways{
    {"done", ask_done},
    {"progress", ask_progress},
    {"result", result},
    {"result, one look", result_within<0>},
    {"result, short", result_within<300>},
    {"result, long", result_within<2000>},
    {"as_completed, one look", as_completed<0>},
    {"as_completed, short", as_completed<300>},
    {"wait, one look", wait_for_all<0>},
    {"wait, short", wait_for_all<300>},
    {"map", map},
    {"map_as_completed", map_as_completed},
    {"stream", stream},
    {"mapReduce_async", reduce},
};

int wait_so(int way, int kind, int x) {
  return ways[static_cast<std::size_t>(way)].second(kinds[static_cast<std::size_t>(kind)], x);
}
const int number_of_ways = static_cast<int>(ways.size());
const int number_of_kinds = static_cast<int>(kinds.size());

}  // namespace

TEST_CASE("all workers may wait in the same way, without limit, for tasks that others may run or must") {
  const int tasks = 2 * static_cast<int>(scoop::size()) + 1;
  for (int kind = 0; kind < 2; ++kind) {
    for (int way = 0; way < number_of_ways; ++way) {
      CAPTURE(ways[static_cast<std::size_t>(way)].first);
      CAPTURE(kind);
      int x = 0;
      for (const int found :
           futures::map({.chunk_size = 1}, scoop::bind_front(wait_so, way, kind), std::views::iota(0, tasks)))
        CHECK(found == x++);
      CHECK(wait_so(way, kind, 7) == 7);
    }
  }
}

TEST_CASE("all workers may wait in different ways for tasks of every kind") {
  std::vector<scoop::Future<int>> all;
  for (int kind = 0; kind < number_of_kinds; ++kind)
    for (int way = 0; way < number_of_ways; ++way) all.push_back(futures::submit(wait_so, way, kind, way));
  for (int i = 0; auto& one : all) {
    CAPTURE(i);
    CHECK(one.result() == i++ % number_of_ways);
  }
}
