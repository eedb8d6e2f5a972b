#include <doctest/doctest.h>

#include <any>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <memory>
#include <new>
#include <optional>
#include <scoop/futures.hpp>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <typeinfo>
#include <variant>
#include <vector>

namespace futures = scoop::futures;

namespace {

template <class E>
int throw_text(const std::string& text) {
  throw E(text);
}
template <class E>
int throw_default() {
  throw E();
}
int throw_system_error() {
  throw std::system_error(std::make_error_code(std::errc::no_such_file_or_directory), "open");
}
void throw_without_result() { throw std::out_of_range("nothing there"); }

struct OwnError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
int throw_own() { throw OwnError("our own text"); }
int throw_nested() {
  try {
    throw std::invalid_argument("the cause");
  } catch (...) {
    std::throw_with_nested(std::runtime_error("the effect"));
  }
}
struct NotAnException {
  int code;
};
int throw_odd() { throw NotAnException{3}; }

int odd_only(int x) {
  if (x % 2 == 0) throw std::domain_error(std::to_string(x) + " is even");
  return x;
}

int deep_throw(int depth) {
  if (depth == 0) throw std::range_error("at the bottom");
  return futures::submit(deep_throw, depth - 1).result();
}

int mended(int x) {
  try {
    return futures::submit(odd_only, x).result();
  } catch (const std::domain_error&) {
    return -x;
  }
}

/// The exception as a future gives it, twice: caught, and asked for. Its type exactly, not one derived from it.
template <class E, class Future>
std::string text_of(Future future) {
  const std::exception_ptr asked = future.exception();
  REQUIRE(asked != nullptr);
  CHECK(future.done());
  try {
    future.result();
  } catch (const E& error) {
    CHECK(typeid(error) == typeid(E));
    CHECK_THROWS_AS(std::rethrow_exception(asked), E);
    CHECK_THROWS_AS(future.result(), E);  // again and again
    return error.what();
  }
  return "no exception";
}

template <class E>
void check_text(const std::string& text) {
  CAPTURE(typeid(E).name());
  CHECK(text_of<E>(futures::submit(throw_text<E>, text)) == text);
}
template <class E>
void check_default() {
  CAPTURE(typeid(E).name());
  CHECK(text_of<E>(futures::submit(throw_default<E>)) == E().what());
}

}  // namespace

TEST_CASE("A standard exception with a text comes back with its type and text") {
  for (const std::string text : {"short", "", "with \"quotes\" and\na line"}) {
    check_text<std::logic_error>(text);
    check_text<std::domain_error>(text);
    check_text<std::invalid_argument>(text);
    check_text<std::length_error>(text);
    check_text<std::out_of_range>(text);
    check_text<std::runtime_error>(text);
    check_text<std::range_error>(text);
    check_text<std::overflow_error>(text);
    check_text<std::underflow_error>(text);
  }
}

TEST_CASE("A standard exception without a text comes back with its type") {
  check_default<std::bad_alloc>();
  check_default<std::bad_array_new_length>();
  check_default<std::bad_cast>();
  check_default<std::bad_typeid>();
  check_default<std::bad_function_call>();
  check_default<std::bad_optional_access>();
  check_default<std::bad_variant_access>();
  check_default<std::bad_weak_ptr>();
}

TEST_CASE("A system_error comes back with its code") {
  auto future = futures::submit(throw_system_error);
  try {
    future.result();
    FAIL("no exception");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::no_such_file_or_directory);
    CHECK(std::string(error.what()).starts_with("open"));
  }
}

TEST_CASE("An exception of a call without result comes back") {
  auto future = futures::submit(throw_without_result);
  CHECK_THROWS_WITH_AS(future.result(), "nothing there", std::out_of_range);
}

TEST_CASE("An exception of a type of one's own keeps its text") {
  auto future = futures::submit(throw_own);
  try {
    future.result();
    FAIL("no exception");
  } catch (const std::exception& error) {  // scoop::RemoteError if it came from afar
    CHECK(std::string(error.what()).find("our own text") != std::string::npos);
  }
}

TEST_CASE("A nested exception comes back with the outer text") {
  auto future = futures::submit(throw_nested);
  try {
    future.result();
    FAIL("no exception");
  } catch (const std::exception& error) {
    CHECK(std::string(error.what()).find("the effect") != std::string::npos);
  }
}

TEST_CASE("Something thrown that is no exception still arrives") {
  auto future = futures::submit(throw_odd);
  CHECK(future.exception() != nullptr);
  CHECK_THROWS(future.result());
}

TEST_CASE("An exception passes through nested tasks") {
  CHECK_THROWS_WITH_AS(futures::submit(deep_throw, 50).result(), "at the bottom", std::range_error);
  CHECK_THROWS_WITH_AS(deep_throw(50), "at the bottom", std::range_error);
}

TEST_CASE("A task may catch what its own task threw") {
  CHECK(futures::submit(mended, 4).result() == -4);
  CHECK(futures::submit(mended, 5).result() == 5);
  std::vector<scoop::Future<int>> all;
  for (int i = 0; i < 200; ++i) all.push_back(futures::submit(mended, i));
  for (int i = 0; i < 200; ++i) CHECK(all[static_cast<std::size_t>(i)].result() == (i % 2 == 0 ? -i : i));
}

TEST_CASE("Exceptions of tasks that wait beside each other are not mixed up") {
  std::vector<scoop::Future<int>> all;
  for (int i = 0; i < 100; ++i) all.push_back(futures::submit(odd_only, i));
  for (int i = 99; i >= 0; --i) {
    auto& future = all[static_cast<std::size_t>(i)];
    if (i % 2 == 1) {
      CHECK(future.result() == i);
    } else {
      const std::string expected = std::to_string(i) + " is even";
      CHECK_THROWS_WITH_AS(future.result(), expected.c_str(), std::domain_error);
    }
  }
}

TEST_CASE("An exception that nobody asks for harms nobody") {
  (void)futures::submit(throw_own);
  CHECK(futures::submit(odd_only, 1).result() == 1);
}

TEST_CASE("An exception in a map stands where its result would have been") {
  auto results = futures::map(odd_only, std::vector{1, 2, 3, 4, 5});
  std::vector<std::string> seen;
  for (auto it = results.begin(); it != results.end(); ++it) {
    try {
      seen.push_back(std::to_string(*it));
    } catch (const std::domain_error& error) {
      seen.emplace_back(error.what());
    }
  }
  CHECK(seen == std::vector<std::string>{"1", "2 is even", "3", "4 is even", "5"});
}

TEST_CASE("Taking a whole map throws its first exception") {
  const std::vector<int> inputs{1, 3, 6, 5, 8, 7};
  CHECK_THROWS_WITH_AS((void)futures::map(odd_only, inputs).get(), "6 is even", std::domain_error);
  const auto ignore = [](int x) { (void)odd_only(x); };
  CHECK_THROWS_WITH_AS(futures::map(ignore, inputs).get(), "6 is even", std::domain_error);
}

TEST_CASE("An exception of a mapped call comes out of mapReduce") {
  CHECK_THROWS_AS(futures::mapReduce(odd_only, std::plus<>(), std::views::iota(0, 1000)), std::domain_error);
  CHECK_THROWS_WITH_AS(futures::mapReduce(odd_only, std::plus<>(), std::vector{1, 3, 4}), "4 is even",
                       std::domain_error);
  CHECK(futures::mapReduce(odd_only, std::plus<>(), std::vector{1, 3, 5}) == 9);
}

TEST_CASE("An exception of the operation comes out of mapReduce") {
  const auto identity = [](int x) { return x; };
  const auto fussy = [](int a, int b) {
    if (a + b > 1000) throw std::overflow_error("too much");
    return a + b;
  };
  CHECK_THROWS_WITH_AS(futures::mapReduce(identity, fussy, std::views::iota(0, 100)), "too much", std::overflow_error);
  CHECK(futures::mapReduce(identity, fussy, std::views::iota(0, 10)) == 45);
}
