// Values, callables and exceptions that do what they should not. Whatever they do is the task's exception, or the
// call's, and everything else goes on. Each is tried while it stays in this worker and while others may take it.
#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <msgpack.hpp>
#include <numeric>
#include <ranges>
#include <scoop/scoop.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace futures = scoop::futures;
using namespace std::chrono_literals;

namespace {

int pass(int x) { return x; }
void check_works() { CHECK(futures::mapReduce(pass, std::plus<>(), std::views::iota(0, 100)) == 4950); }

/// The future when its task is done, which somebody else may have run.
template <class T>
scoop::Future<T> polled(scoop::Future<T> future) {
  while (!future.done()) {
  }
  return future;
}

/// Whether `f`, which says whether it got the right result, threw an E whose text begins so instead.
template <class E, class F>
bool throws(F&& f, const std::string& text) {
  bool is_right = false;
  try {
    is_right = f();
  } catch (const E& error) {
    const std::string what = error.what();
    CHECK_MESSAGE(what.starts_with(text), what);
    return true;
  }
  CHECK(is_right);
  return false;
}

/// Throws an E of that text when its task is given to another worker, which it is sooner or later.
template <class E, class F>
void check_throws_when_sent(F&& f, const std::string& text) {
  int thrown = 0;
  const auto end = std::chrono::steady_clock::now() + 20s;
  for (int round = 0; round < 50 || (thrown == 0 && scoop::size() > 1); ++round) {
    REQUIRE(std::chrono::steady_clock::now() < end);
    thrown += throws<E>(f, text) ? 1 : 0;
  }
}

/// Adds, and throws when it is copied that many times in this process. Moving it is copying it.
struct Adder {
  static inline int copies_left = -1;  // negative: no limit

  Adder() = default;
  explicit Adder(int n) : number(n) {}
  Adder(const Adder& other) : number(other.number) {
    if (copies_left == 0) throw std::runtime_error("copied once too often");
    if (copies_left > 0) --copies_left;
  }
  Adder& operator=(const Adder&) = default;
  int operator()(int x) const { return x + number; }
  MSGPACK_DEFINE(number)

  int number = 0;
};
int number_of(const Adder& adder) { return adder.number; }
Adder make_adder(int number) { return Adder(number); }

/// Limits the copies while it lives.
struct CopyLimit {
  explicit CopyLimit(int copies) { Adder::copies_left = copies; }
  ~CopyLimit() { Adder::copies_left = -1; }
  CopyLimit(const CopyLimit&) = delete;
};

/// Cannot be read if its number is negative.
struct Unreadable {
  int number = 0;
  template <class Packer>
  void msgpack_pack(Packer& packer) const {
    packer.pack(number);
  }
  void msgpack_unpack(const msgpack::object& object) {
    object.convert(number);
    if (number < 0) throw std::domain_error("a number below zero");
  }
};
int read_number(const Unreadable& value) { return value.number; }
Unreadable make_unreadable(int number) { return {number}; }

/// Cannot be written if its number is negative.
struct Unwritable {
  int number = 0;
  template <class Packer>
  void msgpack_pack(Packer& packer) const {
    if (number < 0) throw std::range_error("not to be written");
    packer.pack(number);
  }
  void msgpack_unpack(const msgpack::object& object) { object.convert(number); }
};
int written_number(const Unwritable& value) { return value.number; }
Unwritable make_unwritable(int number) { return {number}; }

/// Says that it has 2 GiB. They are refused before anybody looks at them.
struct Huge {
  template <class Packer>
  void msgpack_pack(Packer& packer) const {
    packer.pack_bin(1u << 31);
    const volatile auto size = 1u << 31;  // or the compiler warns of what is not there to be read
    packer.pack_bin_body("", size);
  }
  void msgpack_unpack(const msgpack::object&) {}
};
int take_huge(const Huge&) { return 1; }
Huge make_huge() { return {}; }
/// With a few bytes for what is sent beside it.
const std::string huge_refused = "arguments or a result of 21474836";

struct OwnError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
int throw_own(const std::string& text) { throw OwnError(text); }
int throw_nested(const std::string& text) {
  try {
    try {
      throw std::out_of_range("the innermost");
    } catch (...) {
      std::throw_with_nested(OwnError("the middle"));
    }
  } catch (...) {
    std::throw_with_nested(std::runtime_error(text));
  }
}
int throw_nested_own(const std::string& text) {
  try {
    throw std::out_of_range("the cause");
  } catch (...) {
    std::throw_with_nested(OwnError(text));
  }
}
int throw_int(int x) { throw x; }
int throw_long_double(int) { throw 2.5L; }

/// Throws when it is copied, as an exception must not.
struct CopyThrower : std::runtime_error {
  CopyThrower() : std::runtime_error("the exception itself") {}
  CopyThrower(const CopyThrower& other) : std::runtime_error(other) { throw std::logic_error("thrown by its copy"); }
};
int throw_copy_thrower() { throw CopyThrower(); }
int throw_copy_of_copy_thrower() {
  const CopyThrower original;
  throw original;
}

/// The type and text of an exception of a type of one's own, and of the one that is nested in it, wherever it was
/// thrown.
struct Told {
  std::string text, cause;
  bool operator==(const Told&) const = default;
};
Told told_by(const std::exception_ptr& thrown) {
  Told told;
  try {
    std::rethrow_exception(thrown);
  } catch (const scoop::RemoteError& error) {
    CHECK(error.type().ends_with("OwnError"));
    CHECK(error.worker().starts_with("w"));
    CHECK(error.worker().ends_with("@" + error.host()));
    CHECK(error.task().starts_with("int (*)("));
    CHECK(std::string(error.what()).find(error.worker()) != std::string::npos);
    CHECK(error.causes().size() <= 1);
    for (const auto& cause : error.causes()) {
      CHECK(cause.type == "std::out_of_range");
      told.cause = cause.text;
    }
    told.text = error.text();
  } catch (const OwnError& error) {
    told.text = error.what();
    try {
      std::rethrow_if_nested(error);
    } catch (const std::out_of_range& cause) {
      told.cause = cause.what();
    }
  }
  return told;
}

}  // namespace

TEST_CASE("A callable that throws while it is copied is the call's exception or the task's") {
  int thrown = 0;
  for (int copies = 0; copies < 12; ++copies) {
    const Adder adder(10);
    const CopyLimit limit(copies);
    const auto check = [&](auto&& call) { thrown += throws<std::runtime_error>(call, "copied once too often"); };
    check([&] { return futures::submit(adder, 1).result() == 11; });
    check([&] { return polled(futures::submit(adder, 1)).result() == 11; });
    check([&] { return futures::map(adder, std::vector{1, 2, 3}).get() == std::vector{11, 12, 13}; });
    check([&] { return futures::mapReduce(adder, std::plus<>(), std::vector{1, 2}) == 23; });
  }
  CHECK(thrown > 4);
  check_works();
}

TEST_CASE("Arguments and results that throw while they are copied are the call's exception or the task's") {
  int thrown = 0;
  for (int copies = 0; copies < 12; ++copies) {
    const Adder adder(10);
    const std::vector<Adder> adders(3, adder);
    const CopyLimit limit(copies);
    const auto check = [&](auto&& call) { thrown += throws<std::runtime_error>(call, "copied once too often"); };
    check([&] { return futures::submit(number_of, adder).result() == 10; });
    check([&] { return polled(futures::submit(number_of, adder)).result() == 10; });
    check([&] { return futures::submit(make_adder, 5).result().number == 5; });
    check([&] { return futures::map(number_of, adders).get() == std::vector{10, 10, 10}; });
    check([&] { return futures::map(make_adder, std::vector{1, 2}).get().size() == 2; });
  }
  CHECK(thrown > 4);
  check_works();
}

TEST_CASE("Arguments and results whose decoding throws are the task's exception") {
  const std::string text = "a number below zero";
  check_throws_when_sent<std::domain_error>(
      [] { return polled(futures::submit(read_number, Unreadable{-1})).result() == -1; }, text);
  check_throws_when_sent<std::domain_error>(
      [] { return polled(futures::submit(make_unreadable, -1)).result().number == -1; }, text);
  CHECK(polled(futures::submit(read_number, Unreadable{1})).result() == 1);
  check_works();
}

TEST_CASE("An element of a map whose decoding throws fails those that travel with it, and no others") {
  std::vector<Unreadable> values(200);
  for (int i = 0; i < 200; ++i) values[static_cast<std::size_t>(i)].number = i % 50 == 7 ? -i : i;
  auto numbers = futures::map({.chunk_size = 1}, read_number, values);
  int i = 0;
  for (auto number = numbers.begin(); number != numbers.end(); ++number, ++i) {
    throws<std::domain_error>([&] { return std::abs(*number) == i; }, "a number below zero");
  }
  CHECK(i == 200);
  check_works();
}

TEST_CASE("Arguments and results whose encoding throws are the task's exception") {
  const std::string text = "not to be written";
  check_throws_when_sent<std::range_error>(
      [] { return polled(futures::submit(written_number, Unwritable{-1})).result() == -1; }, text);
  check_throws_when_sent<std::range_error>(
      [] { return polled(futures::submit(make_unwritable, -1)).result().number == -1; }, text);
  check_works();
}

TEST_CASE("Arguments and results that are too large to be sent are refused with their size") {
  check_throws_when_sent<scoop::EncodeError>([] { return polled(futures::submit(take_huge, Huge())).result() == 1; },
                                             huge_refused);
  check_throws_when_sent<scoop::EncodeError>(
      [] {
        (void)polled(futures::submit(make_huge)).result();
        return true;
      },
      huge_refused);
  check_works();
}

TEST_CASE("Texts of exceptions arrive as they are: empty, of any language, in no encoding at all, of 1 MB") {
  std::string large(1'000'000, 'x');
  large.back() = '!';
  for (const std::string& text :
       {std::string(), std::string("größer als 日本語 🙂"), std::string("\xff\xfe\x80"), large}) {
    CAPTURE(text.size());
    CHECK((told_by(polled(futures::submit(throw_own, text)).exception()) == Told{text, ""}));
    std::vector<scoop::Future<int>> several;
    for (int i = 0; i < 10; ++i) several.push_back(futures::submit(throw_own, text));
    for (auto& future : several) CHECK((told_by(polled(std::move(future)).exception()) == Told{text, ""}));
  }
  check_works();
}

TEST_CASE("What is nested in an exception is kept, of standard types and of one's own") {
  for (int round = 0; round < 20; ++round) {
    auto own = polled(futures::submit(throw_nested_own, "the effect"));
    CHECK((told_by(own.exception()) == Told{"the effect", "the cause"}));
    auto standard = polled(futures::submit(throw_nested, "the outermost"));
    try {
      standard.result();
      FAIL("no exception");
    } catch (const std::runtime_error& outer) {
      CHECK(std::string(outer.what()) == "the outermost");
      try {
        std::rethrow_if_nested(outer);
        FAIL("nothing is nested");
      } catch (const std::runtime_error& middle) {  // from elsewhere not an OwnError, but one that names it
        CHECK(std::string(middle.what()).ends_with("the middle"));
        CHECK_THROWS_WITH_AS(std::rethrow_if_nested(middle), "the innermost", std::out_of_range);
      }
    }
  }
}

TEST_CASE("A number that is thrown comes back, and what is no exception is named") {
  for (int round = 0; round < 20; ++round) {
    auto number = polled(futures::submit(throw_int, 42));
    try {
      number.result();
      FAIL("no exception");
    } catch (int thrown) {
      CHECK(thrown == 42);
    }
    auto other = polled(futures::submit(throw_long_double, 0));
    try {
      other.result();
      FAIL("no exception");
    } catch (const scoop::RemoteError& error) {
      CHECK(error.type() == "long double");
    } catch (long double thrown) {
      CHECK(thrown == 2.5L);
    }
  }
}

TEST_CASE("An exception that throws while it is copied harms nobody") {
  for (int round = 0; round < 20; ++round) {
    for (auto* thrower : {throw_copy_thrower, throw_copy_of_copy_thrower}) {
      auto future = polled(futures::submit(thrower));
      try {
        future.result();
        FAIL("no exception");
      } catch (const std::exception& error) {
        const std::string what = error.what();
        const char* expected = thrower == throw_copy_thrower ? "the exception itself" : "thrown by its copy";
        CHECK(what.find(expected) != std::string::npos);
      }
    }
  }
  check_works();
}

TEST_CASE("A negative timeout is one look, wherever it is given") {
  std::vector<scoop::Future<int>> all;
  for (int i = 0; i < 10; ++i) all.push_back(futures::submit(pass, i));
  const auto [done, not_done] = futures::wait(all, -1s);
  CHECK(done.size() + not_done.size() == 10);
  std::size_t seen = 0;
  try {
    for (auto& future : futures::as_completed(all, -1s)) seen += future.done();
  } catch (const scoop::TimeoutError&) {
  }
  CHECK(seen <= 10);
  CHECK_THROWS_AS(scoop::shared::getConst<int>("a name that nobody sets", -1s), scoop::TimeoutError);
  CHECK(std::accumulate(all.begin(), all.end(), 0, [](int sum, auto& future) { return sum + future.result(); }) == 45);
}
