#pragma once
#include <doctest/doctest.h>

#include <cstddef>
#include <scoop/futures.hpp>
#include <tuple>
#include <utility>
#include <vector>

namespace scoop::test {

template <class T>
T same(T value) {
  return value;
}

/// There and back, as argument and result and in a vector. All in one task, since a task type costs the compiler more
/// than a value does.
template <class... T>
void check_travel(const T&... values) {
  const std::tuple<T...> sent(values...);
  const auto check_equal = [&](const std::tuple<T...>& received) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (
          [&] {
            CAPTURE(I);
            CHECK((std::get<I>(received) == std::get<I>(sent)));
          }(),
          ...);
    }(std::make_index_sequence<sizeof...(T)>());
  };
  check_equal(scoop::futures::submit(same<std::tuple<T...>>, sent).result());
  for (const auto& each : scoop::futures::map(same<std::tuple<T...>>, std::vector{sent, sent})) check_equal(each);
}

}  // namespace scoop::test
