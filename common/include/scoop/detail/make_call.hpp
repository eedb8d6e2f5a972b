#pragma once
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <ranges>
#include <scoop/detail/range_call.hpp>
#include <scoop/options.hpp>
#include <type_traits>
#include <utility>

namespace scoop::detail {

template <class T>
concept not_options = !std::same_as<std::remove_cvref_t<T>, Options>;

/// Reads what must be read of the ranges: no more elements than the shortest has, as far as that is known.
template <class F, class... Ranges>
auto make_call(F&& f, Ranges&&... ranges) {
  static_assert((!endless<Ranges> || ...),
                "scoop: every range has no end, and only map takes such ones; pass at least one that ends, for "
                "instance std::views::iota(0, n)");
  const std::uint64_t most = std::min({known_size(ranges)...});
  return RangeCall<std::decay_t<F>, source_t<Ranges>...>{std::forward<F>(f),
                                                         {make_source(std::forward<Ranges>(ranges), most)...}};
}

}  // namespace scoop::detail
