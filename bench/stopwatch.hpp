#pragma once
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

/// What programs and peers measure with, so that both do it in the same way.
namespace bench {

inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Seconds that one call takes.
template <class Call>
double seconds_of(Call&& call) {
  const double begin = seconds_now();
  call();
  return seconds_now() - begin;
}

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// Keeps the optimiser from leaving out what nobody uses.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

/// The line that the driver reads: the measure first, details after it.
inline void report(const char* name, double value, const char* unit) {
  std::printf("%s %.9g %s\n", name, value, unit);
  std::fflush(stdout);
}

}  // namespace bench
