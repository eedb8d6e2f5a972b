#include <doctest/doctest.h>

#include <any>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <regex>
#include <scoop/detail/error_record.hpp>
#include <stdexcept>
#include <string>
#include <system_error>
#include <typeinfo>
#include <variant>

#include "worker/runtime/error_category.hpp"
#include "worker/runtime/task_label.hpp"

using namespace scoop;
using namespace scoop::detail;

// The rest of libscoop is not linked here.
const char* scoop_worker_name() { return "w3@node7"; }

namespace {

/// What `throwing` throws, as bytes.
template <class F>
std::string record_of_thrown(F throwing) {
  Writer out;
  try {
    throwing();
    FAIL("nothing was thrown");
  } catch (...) {
    encode_current_exception(out, "static const char* T::name() [with F = my::Callable; A = {int}]");
  }
  return std::string(out.view());
}
std::exception_ptr read(const std::string& bytes, unsigned attempt = 1) {
  Reader in(bytes);
  in.attempt = attempt;
  REQUIRE(read_outcome_is_error(in));
  std::exception_ptr made = decode_error(in);
  CHECK(in.left() == 0);
  REQUIRE(made);
  return made;
}
template <class F>
std::exception_ptr there_and_back(F throwing) {
  return read(record_of_thrown(throwing));
}

/// Checks that it comes back as exactly an E.
template <class E>
void check_same(const E& original) {
  CAPTURE(typeid(E).name());
  const std::string bytes = record_of_thrown([&] { throw original; });
  for (int journey = 0; journey < 2; ++journey) {  // once more, as when it passes through a second task
    try {
      std::rethrow_exception(
          read(journey == 0 ? bytes : record_of_thrown([&] { std::rethrow_exception(read(bytes)); })));
    } catch (const E& e) {
      CHECK(typeid(e) == typeid(E));
      CHECK(std::string(e.what()) == original.what());
    }
  }
}

struct Own : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct OwnCategory : std::error_category {
  const char* name() const noexcept override { return "own"; }
  std::string message(int) const override { return "own message"; }
} const own_category;

}  // namespace

TEST_CASE("Exceptions of standard types come back with their type and text") {
  check_same(std::logic_error("a"));
  check_same(std::domain_error("b"));
  check_same(std::invalid_argument("c"));
  check_same(std::length_error(""));
  check_same(std::out_of_range("e"));
  check_same(std::runtime_error("f\nf"));
  check_same(std::range_error("g"));
  check_same(std::overflow_error("h"));
  check_same(std::underflow_error("i"));
  check_same(std::exception());
  check_same(std::bad_exception());
  check_same(std::bad_alloc());
  check_same(std::bad_array_new_length());
  check_same(std::bad_cast());
  check_same(std::bad_typeid());
  check_same(std::bad_function_call());
  check_same(std::bad_weak_ptr());
  check_same(std::bad_optional_access());
  check_same(std::bad_variant_access());
  check_same(std::bad_any_cast());
  check_same(std::future_error(std::future_errc::no_state));
  check_same(std::regex_error(std::regex_constants::error_brack));
}

TEST_CASE("Exceptions of standard types say what they said, even where no constructor takes it") {
  try {
    std::rethrow_exception(there_and_back([] { (void)std::get<0>(std::variant<int, char>('x')); }));
  } catch (const std::bad_variant_access& e) {
    CHECK(std::string(e.what()) == "std::get: wrong index for variant");
  }
}

TEST_CASE("A system_error keeps its code, category and text") {
  const auto refused = std::make_error_code(std::errc::connection_refused);
  for (const auto& error : {std::system_error(refused), std::system_error(refused, "connect"),
                            std::system_error(5, std::system_category(), "read")}) {
    check_same(error);
    try {
      std::rethrow_exception(there_and_back([&] { throw error; }));
    } catch (const std::system_error& e) {
      CHECK(e.code() == error.code());
    }
  }
}

TEST_CASE("A system_error of an unknown category keeps what is known of it") {
  const std::system_error original(7, own_category, "frobnicate");
  std::exception_ptr first = there_and_back([&] { throw original; });
  std::exception_ptr second = there_and_back([&] { std::rethrow_exception(first); });
  for (const auto& made : {first, second}) {
    try {
      std::rethrow_exception(made);
    } catch (const std::system_error& e) {
      CHECK(std::string(e.what()) == original.what());
      CHECK(e.code().value() == 7);
      CHECK(std::string(e.code().category().name()) == "own");
    }
  }
  CHECK(&error_category("own") == &error_category("own"));
}

TEST_CASE("Errors of files and streams keep all that they carry") {
  using std::filesystem::filesystem_error;
  const auto missing = std::make_error_code(std::errc::no_such_file_or_directory);
  for (const auto& error : {filesystem_error("open", missing), filesystem_error("open", "/a b", missing),
                            filesystem_error("rename", "/a", "/b", missing), filesystem_error("", missing)}) {
    check_same(error);
    try {
      std::rethrow_exception(there_and_back([&] { throw error; }));
    } catch (const filesystem_error& e) {
      CHECK(e.path1() == error.path1());
      CHECK(e.path2() == error.path2());
      CHECK(e.code() == error.code());
    }
  }
  check_same(std::ios_base::failure("seek"));
  check_same(std::ios_base::failure("seek", missing));
}

TEST_CASE("Numbers and texts that are thrown come back") {
  CHECK_THROWS_AS(std::rethrow_exception(there_and_back([] { throw 42; })), int);
  CHECK_THROWS_WITH_AS(std::rethrow_exception(there_and_back([] { throw std::string("text"); })), "text", std::string);
  CHECK_THROWS_AS(std::rethrow_exception(there_and_back([] { throw "literal"; })), const char*);
  try {
    std::rethrow_exception(there_and_back([] { throw "literal"; }));
  } catch (const char* text) {
    CHECK(std::string(text) == "literal");
  }
}

TEST_CASE("An exception of another type says what it was and where") {
  for (int journey = 0; journey < 2; ++journey) {
    std::exception_ptr made = there_and_back([] { throw Own("line 3"); });
    if (journey == 1) made = there_and_back([&] { std::rethrow_exception(made); });
    try {
      std::rethrow_exception(made);
    } catch (const RemoteError& e) {
      CHECK(e.type() == "(anonymous namespace)::Own");
      CHECK(e.text() == "line 3");
      CHECK(e.worker() == "w3@node7");
      CHECK(e.host() == "node7");
      CHECK(e.task() == "my::Callable");
      CHECK(e.causes().empty());
      CHECK(std::string(e.what()) == "(anonymous namespace)::Own: line 3 (task my::Callable, worker w3@node7)");
    }
  }
  CHECK_THROWS_AS(std::rethrow_exception(there_and_back([] { throw 2.5; })), RemoteError);
}

TEST_CASE("An exception of another type says which attempt threw it, whoever passes it on") {
  const auto attempt_of = [](const std::exception_ptr& made) {
    try {
      std::rethrow_exception(made);
    } catch (const RemoteError& e) {
      const bool is_told = std::string(e.what()).ends_with(", attempt " + std::to_string(e.attempt()) + ")");
      CHECK(is_told == (e.attempt() > 1));
      return e.attempt();
    }
    return 0U;
  };
  const auto first = read(record_of_thrown([] { throw Own("line 3"); }));
  CHECK(attempt_of(first) == 1);
  CHECK(attempt_of(read(record_of_thrown([&] { std::rethrow_exception(first); }), 2)) == 1);
  const auto third = read(record_of_thrown([] { throw Own("line 3"); }), 3);
  CHECK(attempt_of(third) == 3);
  CHECK(attempt_of(read(record_of_thrown([&] { std::rethrow_exception(third); }))) == 3);
}

TEST_CASE("Nested exceptions come back nested") {
  const auto nest = [] {
    try {
      try {
        throw std::out_of_range("inner");
      } catch (...) {
        std::throw_with_nested(Own("middle"));
      }
    } catch (...) {
      std::throw_with_nested(std::runtime_error("outer"));
    }
  };
  try {
    std::rethrow_exception(there_and_back(nest));
  } catch (const std::runtime_error& outer) {
    CHECK(std::string(outer.what()) == "outer");
    try {
      std::rethrow_if_nested(outer);
    } catch (const std::runtime_error& middle) {  // not a standard type: as a text
      CHECK(std::string(middle.what()) == "(anonymous namespace)::Own: middle");
      CHECK_THROWS_WITH_AS(std::rethrow_if_nested(middle), "inner", std::out_of_range);
    }
  }
}

TEST_CASE("What was nested in an exception of another type is listed") {
  const auto nest = [] {
    try {
      throw std::out_of_range("inner");
    } catch (...) {
      std::throw_with_nested(Own("outer"));
    }
  };
  try {
    std::rethrow_exception(there_and_back(nest));
  } catch (const RemoteError& e) {
    CHECK(e.type() == "(anonymous namespace)::Own");
    REQUIRE(e.causes().size() == 1);
    CHECK(e.causes()[0].type == "std::out_of_range");
    CHECK(e.causes()[0].text == "inner");
  }
}

TEST_CASE("Scoop's own errors come back with all they carry") {
  check_same(Error("a"));
  check_same(TimeoutError("b"));
  check_same(CancelledError("c"));
  check_same(TypeMismatch("d"));
  check_same(ConstantExists("e"));
  check_same(EncodeError("f"));
  check_same(DecodeError("g"));
  const WorkerLost lost("w1@node2", "killed by signal 9 (Killed)", "my::Callable", 3);
  check_same(lost);
  Writer out;
  encode_error(out, lost);
  try {
    std::rethrow_exception(read(std::string(out.view())));
  } catch (const WorkerLost& e) {
    CHECK(std::string(e.what()) ==
          "worker w1@node2 was lost (killed by signal 9 (Killed)) while it held task my::Callable, tried 3 times");
    CHECK(e.worker() == "w1@node2");
    CHECK(e.cause() == "killed by signal 9 (Killed)");
    CHECK(e.task() == "my::Callable");
    CHECK(e.tries() == 3);
  }
}

TEST_CASE("A damaged error record becomes a DecodeError or some other exception") {
  const std::string whole = record_of_thrown([] {
    try {
      throw std::filesystem::filesystem_error("open", "/a", std::make_error_code(std::errc::io_error));
    } catch (...) {
      std::throw_with_nested(std::system_error(5, std::system_category(), "outer"));
    }
  });
  for (std::size_t size = 1; size < whole.size(); ++size) {
    Reader in(whole.data() + 1, size - 1);
    CHECK_THROWS_AS(std::rethrow_exception(decode_error(in)), DecodeError);
  }
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = whole.substr(1);
    for (int k = 0; k < 3; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
    Reader in(bytes);
    CHECK(decode_error(in) != nullptr);
  }
}

TEST_CASE("Texts are kept only so many") {
  CHECK(kept_text("one") == kept_text("one"));
  for (int i = 0; i < 5'000; ++i) kept_text(std::to_string(i));
  CHECK(kept_text("4999") == kept_text("one more"));
}

TEST_CASE("A task is called by its callable") {
  CHECK(task_label("static const char* scoop::detail::Task<F, A>::name() [with F = int (*)(int); A = {int}]") ==
        "int (*)(int)");
  CHECK(task_label("static const char *scoop::detail::Task<X>::name() [F = (lambda at a.cpp:3:9), A = <int>]") ==
        "(lambda at a.cpp:3:9)");
  CHECK(task_label("... [with F = my::F<char [3]>; Op = std::plus<void>; Sources = {S}]") == "my::F<char [3]>");
  CHECK(task_label("... [with F = my::F]") == "my::F");
  CHECK(task_label("something else") == "something else");
}

TEST_CASE("An exception whose what() is null comes back without a text") {
  struct Mute : std::exception {
    const char* what() const noexcept override { return nullptr; }
  };
  try {
    std::rethrow_exception(there_and_back([] { throw Mute(); }));
  } catch (const RemoteError& error) {
    CHECK(error.text().empty());
    CHECK(error.type().find("Mute") != std::string::npos);
  }
}
