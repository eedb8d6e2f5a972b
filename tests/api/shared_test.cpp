// Shared constants: set once, got by all.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <optional>
#include <ranges>
#include <scoop/futures.hpp>
#include <scoop/scoop.hpp>
#include <scoop/shared.hpp>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "api/gate.hpp"
#include "support/sanitized.hpp"

namespace futures = scoop::futures;
namespace shared = scoop::shared;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t many = 8u << 20;  // doubles: 64 MiB

struct Point {
  double x = 0;
  std::int32_t n = 0;
  bool operator==(const Point&) const = default;
};

struct Node {
  std::string name;
  std::vector<Node> kids;
  bool operator==(const Node&) const = default;
};

/// Memory that nobody touched.
template <class T>
struct Untouched {
  using value_type = T;
  Untouched() = default;
  template <class U>
  Untouched(const Untouched<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(std::malloc(n * sizeof(T))); }
  void deallocate(T* p, std::size_t) { std::free(p); }
  template <class U>
  void construct(U*) {}
  bool operator==(const Untouched&) const { return true; }
};

int get_number(const std::string& name) { return shared::getConst<int>(name); }
int get_number_of(const std::string& name, int) { return get_number(name); }

/// How many tasks of this worker had begun, and waited for the constant, when this one had it.
int get_beside_others(const std::string& name, int) {
  static int begun = 0;
  static int most = 0;
  most = ++begun == 1 ? 1 : std::max(most, begun);
  (void)get_number(name);
  --begun;
  return most;
}
int set_number(const std::string& name, int value) {
  shared::setConst(name, value);
  return value;
}

int ask_below(const std::string& name, int depth) {
  if (depth == 0) return get_number(name);
  auto left = futures::submit(ask_below, name, depth - 1);
  auto right = futures::submit(ask_below, name, depth - 1);
  return left.result() + right.result();
}

int set_below(const std::string& name, int depth) {
  return depth == 0 ? set_number(name, 5) : futures::submit(set_below, name, depth - 1).result();
}

/// The text of what is thrown, after its kind.
template <class Call>
std::string thrown_by(Call&& call) {
  try {
    call();
  } catch (const scoop::TimeoutError& error) {
    return std::string("TimeoutError ") + error.what();
  } catch (const scoop::TypeMismatch& error) {
    return std::string("TypeMismatch ") + error.what();
  } catch (const scoop::ConstantExists& error) {
    return std::string("ConstantExists ") + error.what();
  } catch (const scoop::EncodeError& error) {
    return std::string("EncodeError ") + error.what();
  } catch (const scoop::Error& error) {
    return std::string("Error ") + error.what();
  }
  return "";
}

std::string try_to_get(const std::string& name) {
  return thrown_by([&] { shared::getConst<int>(name, 20ms); });
}
std::string try_to_set(const std::string& name, int value) {
  return thrown_by([&] { shared::setConst(name, value); });
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A file of /proc/self by lines.
template <class Use>
void for_lines(const std::string& file, const Use& use) {
  std::ifstream in("/proc/self/" + file);
  for (std::string line; std::getline(in, line);) use(std::istringstream(line));
}

std::uint64_t anonymous_bytes() {
  std::uint64_t kib = 0;
  for_lines("smaps_rollup", [&](std::istringstream line) {
    std::string name;
    std::uint64_t value = 0;
    if (line >> name >> value && name == "Anonymous:") kib = value;
  });
  return kib * 1024;
}

/// Of the file that is mapped there.
std::uint64_t inode_of(const void* address) {
  std::uint64_t found = 0;
  for_lines("maps", [&](std::istringstream line) {
    std::uint64_t begin = 0, end = 0, inode = 0;
    char dash = 0;
    std::string rights, offset, device;
    line >> std::hex >> begin >> dash >> end >> rights >> offset >> device >> std::dec >> inode;
    const auto place = reinterpret_cast<std::uint64_t>(address);
    if (begin <= place && place < end) found = inode;
  });
  return found;
}

struct Look {
  double sum = 0;
  std::uint64_t inode = 0;
  std::uint64_t grown = 0;
  std::string worker;
  bool all_came = false;
};

/// First holds its worker until as many have come as there are, so that each one looks.
Look look(const std::string& directory, const std::string& name) {
  namespace fs = std::filesystem;
  Look seen;
  seen.worker = scoop::worker();
  std::ofstream(fs::path(directory) / seen.worker).flush();
  seen.all_came = scoop::test::wait_until([&] {
    return std::ranges::distance(fs::directory_iterator(directory), fs::directory_iterator()) >= scoop::size();
  });
  const auto before = anonymous_bytes();
  const auto& view = shared::getConst<std::span<const double>>(name);
  seen.sum = std::accumulate(view.begin(), view.end(), 0.0);
  seen.inode = inode_of(view.data());
  const auto after = anonymous_bytes();
  seen.grown = after > before ? after - before : 0;
  return seen;
}

}  // namespace

TEST_CASE("What main set, all tasks get") {
  shared::setConst("set by main", 42);
  CHECK(shared::getConst<int>("set by main") == 42);
  const auto get = scoop::bind_front(get_number_of, std::string("set by main"));
  for (const int value : futures::map(get, std::views::iota(0, 200))) CHECK(value == 42);
}

TEST_CASE("What a task set, main and other tasks get") {
  CHECK(futures::submit(set_number, std::string("set by a task"), 7).result() == 7);
  CHECK(shared::getConst<int>("set by a task") == 7);
  CHECK(futures::submit(get_number, std::string("set by a task")).result() == 7);
}

TEST_CASE("Who asks early gets it when it is set, and meanwhile other tasks run") {
  const std::string name = "asked early";
  std::vector<scoop::Future<int>> early;
  for (unsigned i = 0; i < 3 * scoop::size(); ++i) early.push_back(futures::submit(get_number, name));
  CHECK(futures::wait(early, 20ms).not_done.size() == early.size());
  auto setter = futures::submit(set_number, name, 11);
  for (auto& future : early) CHECK(future.result() == 11);
  CHECK(setter.result() == 11);
}

TEST_CASE("main waits for a constant that a task of its own sets") {
  auto setter = futures::submit(set_number, std::string("main waits"), 3);
  CHECK(shared::getConst<int>("main waits") == 3);
  CHECK(shared::getConst<int>("main waits", 10s) == 3);
  CHECK(setter.result() == 3);
}

TEST_CASE("Nested tasks set and get") {
  auto sum = futures::submit(ask_below, std::string("nested"), 5);
  auto setter = futures::submit(set_below, std::string("nested"), 4);
  CHECK(sum.result() == 32 * 5);
  CHECK(setter.result() == 5);
}

TEST_CASE("A constant that nobody sets is a TimeoutError with its name, and can be asked for again") {
  const std::string sentence =
      "TimeoutError scoop: the shared constant \"never\" is not set after 0.02 s; set it with scoop::shared::setConst";
  CHECK(try_to_get("never") == sentence);
  CHECK(futures::submit(try_to_get, std::string("never")).result() == sentence);
  CHECK(has(thrown_by([] { shared::getConst<int>("never", -1s); }), "\"never\" is not set after -1 s"));
  shared::setConst("never", 1);
  CHECK(shared::getConst<int>("never", 10s) == 1);
}

TEST_CASE("A second value is refused, from wherever it comes; the same one again is not") {
  shared::setConst("twice", 1);
  const std::string sentence =
      "ConstantExists scoop: the shared constant \"twice\" was set to another value already, as int; set each name "
      "once";
  CHECK(try_to_set("twice", 2) == sentence);
  CHECK(has(thrown_by([] { shared::setConst("twice", std::string("text")); }), "ConstantExists "));
  CHECK(try_to_set("twice", 1).empty());
  std::vector<scoop::Future<std::string>> others;
  for (int i = 0; i < 20; ++i) others.push_back(futures::submit(try_to_set, std::string("twice"), 1 + i % 2));
  for (int i = 0; i < 20; ++i) CHECK(others[static_cast<std::size_t>(i)].result() == (i % 2 == 0 ? "" : sentence));
  CHECK(shared::getConst<int>("twice") == 1);
}

TEST_CASE("Of many that set one name at once, those of one value succeed") {
  std::vector<scoop::Future<std::string>> setters;
  for (int i = 0; i < 20; ++i) setters.push_back(futures::submit(try_to_set, std::string("raced for"), i % 4));
  const int winner = shared::getConst<int>("raced for", 30s);
  for (int i = 0; i < 20; ++i) {
    CHECK(setters[static_cast<std::size_t>(i)].result().empty() == (i % 4 == winner));
  }
}

TEST_CASE("A worker that waits for a constant that is set does not begin what others could do") {
  if (scoop::size() == 1) return;
  int most = 0;
  for (int round = 0; round < 10 && most != 1; ++round) {  // a slow answer is allowed to let others begin
    const auto name = "beside others " + std::to_string(round);
    shared::setConst(name, round);
    most = 0;
    for (const int begun :
         futures::map({.chunk_size = 1}, scoop::bind_front(get_beside_others, name), std::views::iota(0, 20)))
      most = std::max(most, begun);
  }
  CHECK(most == 1);
}

TEST_CASE("Another type than was set is a TypeMismatch that names both") {
  shared::setConst("typed", 1.5);
  CHECK(try_to_get("typed") ==
        "TypeMismatch scoop: the shared constant \"typed\" was set as double and not as int; ask for the type that was "
        "set");
  CHECK(has(futures::submit(try_to_get, std::string("typed")).result(), "TypeMismatch "));
  CHECK(has(thrown_by([] { shared::getConst<std::span<const double>>("typed"); }),
            "was set as double and not as std::vector"));
  CHECK(shared::getConst<double>("typed") == 1.5);
}

TEST_CASE("A constant is read once in a process, and stays where it is") {
  shared::setConst("place", std::map<std::string, int>{{"a", 1}, {"b", 2}});
  const auto& first = shared::getConst<std::map<std::string, int>>("place");
  for (int i = 0; i < 100; ++i) shared::setConst("place " + std::to_string(i), std::to_string(i));
  CHECK(&shared::getConst<std::map<std::string, int>>("place") == &first);
  CHECK(first.at("b") == 2);
}

TEST_CASE("Whatever can be sent can be a constant") {
  shared::setConst("text", "a text");
  CHECK(shared::getConst<std::string>("text") == "a text");
  shared::setConst("nothing", std::vector<double>());
  CHECK(shared::getConst<std::vector<double>>("nothing").empty());
  CHECK(shared::getConst<std::span<const double>>("nothing").empty());
  shared::setConst("", std::vector<bool>{true, false});
  CHECK(shared::getConst<std::vector<bool>>("") == std::vector<bool>{true, false});
  const Node tree{"root", {{"left", {}}, {"right", {{"leaf", {}}}}}};
  shared::setConst("tree", tree);
  CHECK(shared::getConst<Node>("tree") == tree);
  shared::setConst("names", std::vector<std::string>{"x", "y"});
  CHECK(shared::getConst<std::vector<std::string>>("names").at(1) == "y");
  const std::vector<Point> points{{1.5, 2}, {2.5, 3}};
  shared::setConst("points", points);
  CHECK(shared::getConst<std::vector<Point>>("points") == points);
  CHECK(std::ranges::equal(shared::getConst<std::span<const Point>>("points"), points));
}

TEST_CASE("A name of more than 1000 bytes is refused") {
  const std::string longest(1000, 'x');
  CHECK(try_to_set(longest, 1).empty());
  CHECK(try_to_set(longest + "x", 1) ==
        "Error scoop: the name of a shared constant has more than 1000 bytes; give it a shorter one");
  CHECK(has(try_to_get(longest + "x"), "more than 1000 bytes"));
}

TEST_CASE("All workers of a host view one vector where it lies, without a copy") {
  {
    std::vector<double> numbers(many);
    std::iota(numbers.begin(), numbers.end(), 0.0);
    shared::setConst("large", numbers);
  }
  const scoop::test::TempDir directory;
  std::vector<scoop::Future<Look>> looks;
  for (unsigned i = 0; i < scoop::size(); ++i) {
    looks.push_back(futures::submit(look, directory.path().string(), std::string("large")));
  }
  std::set<std::string> workers;
  std::map<std::string, std::set<std::uint64_t>> inodes;  // by host
  for (auto& future : looks) {
    const Look seen = future.result();
    CHECK(seen.sum == 0.5 * (many - 1) * many);
    CHECK(seen.all_came);
    // A sanitizer has memory of its own about all that is read.
    if (!scoop::test::is_sanitized) CHECK(seen.grown < many * sizeof(double) / 4);
    workers.insert(seen.worker);
    inodes[seen.worker.substr(seen.worker.find('@'))].insert(seen.inode);
    CHECK(seen.inode != 0);
  }
  CHECK(workers.size() == scoop::size());
  for (const auto& [host, of_host] : inodes) CHECK(of_host.size() == 1);
}

TEST_CASE("A constant for which there is no room is refused in a sentence, and its name stays free") {
  using Huge = std::vector<char, Untouched<char>>;
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  SUBCASE("the process's limit") {
    rlimit lower = before;
    lower.rlim_cur = 1u << 20;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &lower) == 0);
    const auto text = thrown_by([] { shared::setConst("no room", std::vector<char>(2u << 20)); });
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(text ==
          "Error scoop: the shared constant \"no room\" cannot be set: there is no room for 2097152 bytes of shared "
          "memory: File too large");
  }
  SUBCASE("the host's memory") {
    // Of addresses there is no such lack; where there is, or where a sanitizer forbids it, nothing is left to test.
    if (scoop::test::is_sanitized) return;
    const std::size_t size = std::size_t{1} << 45;
    void* const memory = std::malloc(size);
    std::free(memory);
    if (memory == nullptr) return;
    const auto text = thrown_by([&] { shared::setConst("no room", Huge(size)); });
    CHECK(
        has(text,
            "Error scoop: the shared constant \"no room\" cannot be set: there is no room for 35184372088832 bytes of "
            "shared memory: the host has "));
  }
  SUBCASE("what can be encoded") {
    if (scoop::test::is_sanitized) return;
    const auto text = thrown_by([] { shared::setConst("no room", std::optional(Huge((std::size_t{1} << 30) + 1))); });
    CHECK(
        text ==
        "EncodeError scoop: the shared constant \"no room\" takes more than 1073741824 bytes; set it in parts, or as a "
        "std::vector of numbers or plain classes, which may be larger");
  }
  shared::setConst("no room", 1);
  CHECK(shared::getConst<int>("no room") == 1);
}
