#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <numeric>
#include <ranges>
#include <scoop/scoop.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "api/gate.hpp"

namespace futures = scoop::futures;
using namespace std::chrono_literals;
using namespace scoop::test;

namespace {

int twice(int x) { return 2 * x; }
int hold_third(const std::string& file, int x) { return x % 3 == 2 ? hold(file, x) : x; }

/// Says that it has begun, and ends when it is cancelled.
int run_until_cancelled(const std::string& begun, int x) {
  std::ofstream(begun).flush();
  Never never;
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!scoop::cancelled() && std::chrono::steady_clock::now() < end) scoop_poll(&never, 1);
  return scoop::cancelled() ? -x : x;
}
int begun_here = 0;
bool asks_whether_it_is_cancelled() { return scoop::cancelled(); }

}  // namespace

TEST_CASE("a task that nobody began is cancelled, and never runs") {
  TempDir dir;
  const std::string file = dir.path() / "ran";
  auto future = futures::submit([](std::string name) { std::ofstream(name).flush(); }, file);
  if (future.cancel()) {
    CHECK(future.cancelled());
    CHECK(future.done());
    CHECK_FALSE(future.running());
    CHECK_THROWS_AS(future.result(), scoop::CancelledError);
    CHECK(future.cancel());  // still
    CHECK_FALSE(std::filesystem::exists(file));
  } else {
    CHECK_FALSE(future.cancelled());
    future.result();
    CHECK(std::filesystem::exists(file));
  }
}

TEST_CASE("what cancel says is true, of many tasks that others take meanwhile") {
  TempDir dir;
  std::vector<scoop::Future<int>> all;
  const auto ran = [](const std::string& name, int i) {
    std::ofstream(name + "/" + std::to_string(i)).flush();
    return i;
  };
  for (int i = 0; i < 300; ++i) all.push_back(futures::submit(ran, dir.path().string(), i));
  all[299].result();  // others have time to take some
  int cancelled = 0;
  for (int i = 0; i < 299; ++i) {
    if (!all[i].cancel()) continue;
    ++cancelled;
    CHECK_THROWS_AS(all[i].result(), scoop::CancelledError);
  }
  for (int i = 0; i < 300; ++i) {
    if (!all[i].cancelled()) CHECK(all[i].result() == i);
  }
  int files = 0;
  for (int i = 0; i < 300; ++i) {
    const bool exists = std::filesystem::exists(dir.path() / std::to_string(i));
    files += exists;
    CHECK(exists != all[i].cancelled());
  }
  CHECK(files + cancelled == 300);
}

TEST_CASE("tasks that another worker holds and has not begun are cancelled there") {
  const Gate gate;
  std::vector<scoop::Future<int>> all;
  for (int i = 0; i < 40; ++i) all.push_back(gate.submit_held(i));
  // Some are taken; each worker begins all it has, since a held task lets others on: so some are begun and some are
  // not.
  (void)let_others_until([&] { return all[0].running(); });
  int cancelled = 0;
  for (auto& future : all) cancelled += future.cancel();
  gate.open();
  for (int i = 0; i < 40; ++i) {
    if (all[i].cancelled())
      CHECK_THROWS_AS(all[i].result(), scoop::CancelledError);
    else
      CHECK(all[i].result() == i);
  }
  CHECK(cancelled == std::ranges::count_if(all, [](auto& future) { return future.cancelled(); }));
}

TEST_CASE("a running task is not cancelled, but may ask and end itself") {
  const TempDir dir;
  const std::string begun = dir.path() / "begun";
  auto future = futures::submit(run_until_cancelled, begun, 7);
  REQUIRE(let_others_until([&] { return std::filesystem::exists(begun); }));
  CHECK_FALSE(future.cancel());
  CHECK_FALSE(future.cancelled());
  CHECK(future.result() == -7);
  CHECK_FALSE(future.cancel());  // it is done
}

TEST_CASE("a task that was not cancelled is told so") {
  CHECK_FALSE(scoop::cancelled());
  CHECK_FALSE(futures::submit(asks_whether_it_is_cancelled).result());
  for (bool cancelled : futures::map([](int) { return scoop::cancelled(); }, std::views::iota(0, 100)))
    CHECK_FALSE(cancelled);
}

TEST_CASE("cancel of what is done, or threw, changes nothing") {
  auto future = futures::submit(twice, 4);
  CHECK(future.result() == 8);
  CHECK_FALSE(future.cancel());
  CHECK(future.result() == 8);
  auto failed = futures::submit([](int x) -> int { throw std::domain_error(std::to_string(x)); }, 1);
  CHECK_THROWS_AS(failed.result(), std::domain_error);
  CHECK_FALSE(failed.cancel());
  CHECK_THROWS_AS(failed.result(), std::domain_error);
  scoop::Future<int> empty;
  CHECK_THROWS_AS(empty.cancel(), scoop::Error);
}

TEST_CASE("a cancelled future is done for those who wait, and calls its callbacks") {
  const Gate gate;
  std::vector<scoop::Future<int>> all;
  int called = 0;
  for (int i = 0; i < 20; ++i) {
    all.push_back(gate.submit_held(i));
    all.back().add_done_callback([&called](scoop::Future<int>& future) { called += future.cancelled(); });
  }
  int cancelled = 0;
  for (auto& future : all) cancelled += future.cancel();
  CHECK(called == cancelled);
  gate.open();
  int completed = 0;
  for (auto& future : futures::as_completed(all, 1min)) completed += future.done();
  CHECK(completed == 20);
}

TEST_CASE("a fiber that waits for what another cancels goes on with CancelledError") {
  const Gate gate;
  auto target = gate.submit_held(1);
  std::string seen;
  auto waiting = futures::submit([] { return 0; });
  waiting.add_done_callback([&] {
    try {
      target.result(1min);
      seen = "result";
    } catch (const scoop::CancelledError&) {
      seen = "cancelled";
    }
  });
  waiting.result();
  const bool cancelled = target.cancel();
  gate.open();
  REQUIRE(let_others_until([&] { return !seen.empty(); }));
  CHECK(seen == (cancelled ? "cancelled" : "result"));
}

TEST_CASE("cancelling a map cancels what has not begun of it") {
  const Gate gate;
  auto results = futures::map({.chunk_size = 1}, scoop::bind_front(hold_third, gate.file()), std::views::iota(0, 3000));
  auto result = results.begin();
  CHECK(*result == 0);
  const std::uint64_t cancelled = results.cancel();
  CHECK(cancelled > 0);
  CHECK(cancelled < 3000);
  gate.open();
  std::uint64_t seen = 0;
  int i = 0;
  for (auto it = results.begin(); it != results.end(); ++it, ++i) {
    try {
      const int value = *it;
      CHECK(value == i);
    } catch (const scoop::CancelledError&) {
      ++seen;
    }
  }
  CHECK(seen == cancelled);
  CHECK(results.cancel() == 0);
}

TEST_CASE("a map of ten million elements is cancelled at once") {
  auto results = futures::map(twice, std::views::iota(0, 10'000'000));
  const std::uint64_t cancelled = results.cancel();
  CHECK(cancelled <= 10'000'000);
  if (cancelled > 0) CHECK_THROWS_AS((void)std::move(results).get(), scoop::CancelledError);
}

TEST_CASE("a cancelled mapReduce_async has no result") {
  const Gate gate;
  auto sum = futures::mapReduce_async({.chunk_size = 1}, scoop::bind_front(hold_third, gate.file()), std::plus<>(),
                                      std::views::iota(0, 3000));
  CHECK(sum.cancel());
  CHECK(sum.cancelled());
  CHECK_THROWS_AS(sum.result(), scoop::CancelledError);
  gate.open();
  auto done = futures::mapReduce_async(twice, std::plus<>(), std::views::iota(0, 10));
  CHECK(done.result() == 90);
  CHECK_FALSE(done.cancel());
  CHECK(done.result() == 90);
}

TEST_CASE("a map without end is cancelled when it is dropped") {
  for (int i = 0; i < 20; ++i) {
    auto results = futures::map(twice, std::views::iota(0));
    CHECK(*results.begin() == 0);
  }
}

TEST_CASE("who cancels one task after another does not begin the next of them meanwhile") {
  // Here it is over at once, so that it could be begun in any wait; others hold what they begin.
  const pid_t here = ::getpid();
  const auto work = [](pid_t owner) {
    if (::getpid() == owner) return ++begun_here;
    for (int i = 0; i < 20 && !scoop::cancelled(); ++i) std::this_thread::sleep_for(10ms);
    return 0;
  };
  std::vector<scoop::Future<int>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(futures::submit(work, here));
  std::this_thread::sleep_for(50ms);  // others begin some, and hold some
  for (auto& task : tasks) {
    const int before = begun_here;
    const auto start = std::chrono::steady_clock::now();
    (void)task.cancel();
    // Where messages are lost an answer may be later; then other tasks go on.
    if (std::chrono::steady_clock::now() - start < 200ms) CHECK(begun_here == before);
  }
}
