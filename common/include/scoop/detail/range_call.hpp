#pragma once
#include <algorithm>
#include <functional>
#include <scoop/detail/range_source.hpp>
#include <scoop/detail/task.hpp>
#include <tuple>

namespace scoop::detail {

/// A callable and the ranges it is applied to, element by element.
template <class F, class... Sources>
struct RangeCall {
  using R = task_result_t<F, typename Sources::value_type...>;

  R at(std::uint64_t i) {
    return std::apply([&](auto&... source) -> R { return std::invoke(callable, source.at(i)...); }, sources);
  }
  std::uint64_t size() const {
    return std::apply([](const auto&... source) { return std::min({source.size()...}); }, sources);
  }
  void encode_part(Writer& out, std::uint64_t lo, std::uint64_t hi) const {
    encode_callable(out, callable);
    std::apply([&](const auto&... source) { (source.encode_part(out, lo, hi), ...); }, sources);
  }
  static RangeCall decode_part(Reader& in, std::uint64_t lo, std::uint64_t hi) {
    auto f = decode_callable<F>(in);
    return {std::move(f), std::tuple<Sources...>{Sources::decode_part(in, lo, hi)...}};
  }

  [[no_unique_address]] F callable;
  std::tuple<Sources...> sources;
};

}  // namespace scoop::detail
