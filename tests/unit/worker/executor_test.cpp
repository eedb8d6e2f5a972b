// The executor with a second thread on its other side that lends everything it can get to this same process: what two
// workers do to each other, without sockets.
#include "worker/runtime/executor.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <msgpack.hpp>
#include <numeric>
#include <scoop/futures.hpp>
#include <string>
#include <thread>

#include "worker/runtime/module_table.hpp"

using namespace scoop;

namespace {

const WorkerId self{0, 0, 1};
// Small, so that tests reach it soon.
constexpr std::size_t most_bytes = 64 * 1024;

/// Takes own work, gives it back as another worker's, and brings the results home; some of it is lost on the way and
/// put back instead.
class Mirror {
 public:
  Mirror(Executor& executor, Doorbell& doorbell)
      : executor_(executor), doorbell_(doorbell), thread_([this] { run(); }) {}
  ~Mirror() {
    stop_ = true;
    thread_.join();
  }
  Attempt lent() const { return attempt_; }

 private:
  void run() {
    while (!stop_) {
      doorbell_.answer();
      executor_.load(true);
      for (TakenTask& taken : executor_.take_oldest({.tasks = 8, .last_too = true})) lend(std::move(taken));
      for (const HeldTask& held : executor_.take_held({.tasks = 1})) release(held);
      for (FinishedTask& finished : executor_.take_finished()) deliver(std::move(finished));
      std::this_thread::yield();
    }
  }
  void lend(TakenTask taken) {
    if (++attempt_ % 7 == 0) return executor_.restore(taken.task, taken.interval, 0);
    lent_[attempt_] = taken.task;
    executor_.hold({self, attempt_, taken.interval}, std::move(taken.work));
  }
  void release(const HeldTask& held) {
    const auto work = executor_.encode(lent_.at(held.attempt), held.interval);
    if (!work) std::abort();  // not doctest's: this thread may outlive it
    lend({lent_.at(held.attempt), held.interval, 0, 0, *work});
  }
  void deliver(FinishedTask finished) {
    executor_.deliver(lent_.at(finished.attempt), finished.interval, std::move(finished.result), 0);
  }

  Executor& executor_;
  Doorbell& doorbell_;
  std::map<Attempt, TaskHandle> lent_;
  std::atomic<Attempt> attempt_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// The process has one executor, and one mirror for it: what a case leaves lent is still to come home in the next.
Mirror& shared_mirror() {
  static Doorbell doorbell;
  static const bool started = [] {
    REQUIRE(module_table().refresh());
    the_executor = new Executor({.max_value_bytes = most_bytes, .doorbell = &doorbell, .on_stop = {}}, module_table());
    the_executor->attach();
    the_executor->admit_calls();
    return true;
  }();
  REQUIRE(started);
  static Mirror mirror(*the_executor, doorbell);
  return mirror;
}

int fibonacci(int n) {
  if (n < 2) return n;
  auto a = futures::submit(fibonacci, n - 1);
  auto b = futures::submit(fibonacci, n - 2);
  return a.result() + b.result();
}
int square(int x) { return x * x; }
int poll_down(int depth) {
  if (depth == 0) return 0;
  auto child = futures::submit(poll_down, depth - 1);
  while (!child.done()) {
  }
  return 1 + child.result();
}
std::string letter(int i) { return std::string(1, static_cast<char>('a' + i % 26)); }
int refuse(int x) {
  if (x % 100 == 7) throw std::out_of_range("seven");
  return x;
}
std::string repeat(std::size_t count) { return std::string(count, 'x'); }
std::size_t size_of(const std::string& text) { return text.size(); }

/// Cannot be written where its number says so.
struct Fussy {
  int number = 0;
  template <class Packer>
  void msgpack_pack(Packer& packer) const {
    if (number % 100 == 7) throw std::range_error("fussy");
    packer.pack(number);
  }
  void msgpack_unpack(const msgpack::object& object) { object.convert(number); }
};
int number_of(const Fussy& fussy) { return fussy.number; }
Fussy fussy(int number) { return {number}; }

}  // namespace

TEST_CASE("Executor gives nested tasks away and joins them all the same") {
  shared_mirror();
  CHECK(fibonacci(16) == 987);
}

TEST_CASE("Executor gets every result of a map back, in order, whoever computed it") {
  const Mirror& mirror = shared_mirror();
  const Attempt before = mirror.lent();
  // The other thread may get its first turn late, on a busy machine.
  for (int round = 0; round < 5 || (mirror.lent() == before && round < 1'000); ++round) {
    const std::vector<int> squares = futures::map({.chunk_size = 3}, square, std::views::iota(0, 20'000));
    REQUIRE(squares.size() == 20'000);
    for (int i = 0; i < 20'000; ++i) REQUIRE(squares[static_cast<std::size_t>(i)] == i * i);
  }
  CHECK(mirror.lent() > before);
}

TEST_CASE("Executor keeps the order of a reduction that does not commute") {
  shared_mirror();
  std::string expected;
  for (int i = 0; i < 5'000; ++i) expected += letter(i);
  for (int round = 0; round < 5; ++round)
    CHECK(futures::mapReduce({.chunk_size = 2}, letter, std::plus<>(), std::views::iota(0, 5'000)) == expected);
}

TEST_CASE("Executor brings the exception of each element to its place") {
  shared_mirror();
  auto results = futures::map({.chunk_size = 2}, refuse, std::views::iota(0, 1'000));
  int thrown = 0;
  int at = 0;
  for (auto it = results.begin(); it != results.end(); ++it, ++at) {
    if (at % 100 == 7) {
      CHECK_THROWS_AS(*it, std::out_of_range);
      ++thrown;
    } else {
      CHECK(*it == at);
    }
  }
  CHECK(thrown == 10);
}

TEST_CASE("Executor fails a reduction with the exception of an element") {
  shared_mirror();
  CHECK_THROWS_WITH_AS(futures::mapReduce({.chunk_size = 2}, refuse, std::plus<>(), std::views::iota(0, 1'000)),
                       "seven", std::out_of_range);
}

TEST_CASE("Executor sees futures done in a loop that only asks") {
  shared_mirror();
  std::vector<Future<int>> asked;
  for (int i = 0; i < 200; ++i) asked.push_back(futures::submit(square, i));
  for (int i = 0; i < 200; ++i) {
    auto& future = asked[static_cast<std::size_t>(i)];
    while (!future.done()) {
    }
    CHECK(future.result() == i * i);
  }
}

TEST_CASE("Executor lets tasks that poll their children, and these theirs, all get on") {
  shared_mirror();
  CHECK(poll_down(8) == 8);
}

TEST_CASE("Executor makes what cannot be written the task's exception") {
  shared_mirror();
  the_executor->set_pool_size(2);  // or the loop runs its task itself
  int thrown = 0;
  for (int round = 0; thrown == 0 && round < 10'000; ++round) {
    auto future = futures::submit(number_of, Fussy{7});
    while (!future.done()) {
    }
    if (!future.exception()) {  // it was not given away
      CHECK(future.result() == 7);
      continue;
    }
    CHECK_THROWS_WITH_AS(future.result(), "fussy", std::range_error);
    ++thrown;
  }
  CHECK(thrown > 0);
  the_executor->set_pool_size(1);
}

TEST_CASE("Executor fails only those elements of a map that cannot be written") {
  shared_mirror();
  std::vector<Fussy> inputs;
  for (int i = 0; i < 1'000; ++i) inputs.push_back({i});
  auto numbers = futures::map({.chunk_size = 3}, number_of, inputs);
  auto objects = futures::map({.chunk_size = 3}, fussy, std::views::iota(0, 1'000));
  auto number = numbers.begin();
  auto object = objects.begin();
  for (int i = 0; i < 1'000; ++i, ++number, ++object) {
    const auto check = [i](const auto& get) {
      int received = 0;
      try {
        received = get();
      } catch (const std::range_error&) {
        CHECK(i % 100 == 7);
        return;
      }
      CHECK(received == i);
    };
    check([&] { return *number; });
    check([&] { return (*object).number; });
  }
}

TEST_CASE("Executor divides parts of maps that are too large to be sent") {
  shared_mirror();
  const std::vector<std::string> inputs(64, std::string(most_bytes / 3, 'x'));
  for (const std::size_t size : futures::map({.chunk_size = 8}, size_of, inputs)) CHECK(size == most_bytes / 3);
  const std::vector<std::size_t> sizes(64, most_bytes / 3);
  for (const std::string& text : futures::map({.chunk_size = 8}, repeat, sizes)) CHECK(text.size() == most_bytes / 3);
}
