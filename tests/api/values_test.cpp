// Every type of the language and the standard library that can be sent, as argument and result of a task.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <scoop/futures.hpp>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "api/travel.hpp"

namespace futures = scoop::futures;
using scoop::test::check_travel;
using scoop::test::same;

namespace {

template <class... T>
void check_numbers() {
  check_travel(T{}...);
  check_travel(T{1}...);
  check_travel(std::numeric_limits<T>::min()...);
  check_travel(std::numeric_limits<T>::max()...);
  check_travel(std::numeric_limits<T>::lowest()...);
}

enum Colour { red, green, blue };
enum class Level : std::int8_t { low = -5, high = 100 };
enum class Big : std::uint64_t { most = ~0ULL };

int add_one(int x) { return x + 1; }
using Function = int (*)(int);

}  // namespace

TEST_CASE("Integers travel with all their bits") {
  check_numbers<signed char, unsigned char, char, short, unsigned short, int, unsigned, long, unsigned long, long long,
                unsigned long long, bool>();
  check_travel(std::byte{200});
}

TEST_CASE("Characters of every width travel") { check_travel(u8'x', u'\u20ac', U'\U0001f600', L'w'); }

TEST_CASE("Floating point numbers travel with all their bits") {
  check_numbers<float, double, long double>();
  check_travel(-0.1F, -0.1, -0.1L);
  using Float = std::numeric_limits<float>;
  using Double = std::numeric_limits<double>;
  check_travel(Float::infinity(), -Double::infinity(), std::numeric_limits<long double>::infinity());
  check_travel(Float::denorm_min(), Double::denorm_min(), std::numeric_limits<long double>::denorm_min());
  CHECK(std::isnan(futures::submit(same<double>, Double::quiet_NaN()).result()));
  CHECK(std::signbit(futures::submit(same<double>, -0.0).result()));
}

TEST_CASE("Complex numbers travel") { check_travel(std::complex<float>(1, -2), std::complex<double>(0.1, -0.2)); }

TEST_CASE("Enumerations travel") { check_travel(blue, Level::low, Big::most); }

TEST_CASE("Strings travel, whatever is in them") {
  const std::string odd("a\0b\xff\n", 5);
  check_travel(std::string(), std::string("text"), odd, std::string(100'000, 'x'));
}

TEST_CASE("Sequences travel") {
  check_travel(std::vector<int>{}, std::vector{1.5, -2.5},
               std::vector{true, false, true, true, false, true, true, true, false},
               std::vector<std::vector<std::string>>{{"a", "b"}, {}, {"c"}});
  check_travel(std::array{1, 2, 3}, std::array<std::string, 2>{"a", "b"}, std::array<int, 0>{}, std::deque{1, 2, 3},
               std::list<std::string>{"a", "b"});
}

TEST_CASE("Sets and maps travel") {
  check_travel(std::set{3, 1, 2}, std::multiset{1, 1, 2}, std::map<std::string, int>{{"a", 1}, {"b", 2}},
               std::multimap<int, std::string>{{1, "a"}, {1, "b"}},
               std::map<int, std::map<int, std::set<char>>>{{1, {{2, {'x', 'y'}}}}});
  check_travel(std::unordered_set<std::string>{"a", "b"}, std::unordered_multiset<int>{1, 1},
               std::unordered_map<int, double>{{1, 0.1}, {2, 0.2}}, std::unordered_multimap<int, int>{{1, 2}, {1, 2}});
}

TEST_CASE("Pairs and tuples travel") {
  check_travel(std::pair{1, std::string("one")}, std::tuple<>{},
               std::tuple{1, 2.5, std::string("three"), std::vector{4, 5}},
               std::tuple<std::tuple<std::pair<int, int>>>{{{1, 2}}});
}

TEST_CASE("Optionals and variants travel") {
  check_travel(std::optional<int>{}, std::optional{5}, std::optional<std::optional<int>>{std::optional<int>{}},
               std::optional<std::vector<std::string>>{{"a"}});
  using Choice = std::variant<int, std::string, std::vector<double>, std::monostate>;
  check_travel(Choice{1}, Choice{"text"}, Choice{std::vector{1.5}}, Choice{std::monostate{}},
               std::variant<int, int>{std::in_place_index<1>, 7});
}

TEST_CASE("Times travel") {
  using namespace std::chrono_literals;
  check_travel(5ns, -3h, std::chrono::duration<double>(0.5), std::chrono::duration<std::int32_t, std::ratio<1, 30>>(7));
  check_travel(std::chrono::system_clock::now(), std::chrono::steady_clock::now(),
               std::chrono::sys_days(std::chrono::days(20'000)));
}

TEST_CASE("Paths travel") {
  check_travel(std::filesystem::path(), std::filesystem::path("/usr/share/with blank/x.txt"));
}

TEST_CASE("Function pointers travel") { check_travel(Function(add_one), std::pair<Function, int>(add_one, 3)); }
