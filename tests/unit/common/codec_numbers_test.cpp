// Numbers keep their value.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "support/encoded.hpp"

using namespace scoop;
using namespace scoop::test;

namespace {

/// Values at all places where the encoding changes.
template <class T>
std::vector<T> corner_values() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values{Limits::min(), Limits::max(), T(0), T(1), T(-1), T(31), T(-32), T(-33)};
  for (int bits = 4; bits < Limits::digits; ++bits) {
    const T power = static_cast<T>(T{1} << bits);
    for (const T value : {power, T(power - 1), T(power + 1), T(-power), T(-power - 1), T(-power + 1)})
      values.push_back(value);
  }
  return values;
}
template <class T>
bool integers_travel() {
  const std::vector<T> values = corner_values<T>();
  return std::all_of(values.begin(), values.end(), travels<T>);
}

template <class T>
bool reals_travel() {
  using Limits = std::numeric_limits<T>;
  const std::vector<T> values{
      T(0), T(1), T(-3), T(0.1), Limits::min(), Limits::max(), Limits::denorm_min(), Limits::infinity()};
  return std::all_of(values.begin(), values.end(), travels<T>) && std::isnan(there_and_back(Limits::quiet_NaN())) &&
         std::signbit(there_and_back(T(-0.0)));
}

enum Small { small_a, small_b };
enum class Wide : std::int64_t { low = std::numeric_limits<std::int64_t>::min() };

}  // namespace

TEST_CASE("Integers keep their value at every length") {
  CHECK(integers_travel<signed char>());
  CHECK(integers_travel<unsigned char>());
  CHECK(integers_travel<char>());
  CHECK(integers_travel<short>());
  CHECK(integers_travel<unsigned short>());
  CHECK(integers_travel<int>());
  CHECK(integers_travel<unsigned>());
  CHECK(integers_travel<long>());
  CHECK(integers_travel<unsigned long>());
  CHECK(integers_travel<wchar_t>());
  CHECK(integers_travel<char8_t>());
  CHECK(integers_travel<char16_t>());
  CHECK(integers_travel<char32_t>());
  CHECK(travels(true));
  CHECK(travels(false));
}

TEST_CASE("Small integers take one byte") {
  CHECK(encoded(0).size() == 1);
  CHECK(encoded(127L).size() == 1);
  CHECK(encoded(-32).size() == 1);
  CHECK(encoded(128U).size() == 2);
}

TEST_CASE("Floating point numbers keep all their bits") {
  CHECK(reals_travel<float>());
  CHECK(reals_travel<double>());
  CHECK(reals_travel<long double>());
  CHECK(travels(std::complex<float>(1, -2)));
  CHECK(travels(std::complex<double>(0.1, -0.0)));
  CHECK(travels(std::complex<long double>(0.1L, 2)));
}

TEST_CASE("Enumerations are their numbers") {
  CHECK(travels(small_b));
  CHECK(travels(Wide::low));
  CHECK(travels(std::byte{200}));
  CHECK(encoded(small_b) == encoded(1));
}

TEST_CASE("Whole numbers of a floating type are not taken for integers") {
  CHECK_THROWS_AS(decoded<double>(encoded(3)), DecodeError);
  CHECK_THROWS_AS(decoded<int>(encoded(3.0)), DecodeError);
}
