#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <ranges>
#include <scoop/detail/block.hpp>
#include <scoop/detail/decode.hpp>
#include <scoop/detail/encode.hpp>
#include <type_traits>
#include <utility>
#include <vector>

namespace scoop::detail {

/// Where a map reads its elements: anything that can be cut by index and sent in parts. `at(i)` gives element i as a
/// value, once; `encode(out, lo, hi)` is thread-safe beside it for other indices.

/// The numbers of an iota: sent as one number, whatever their count.
template <class T>
struct IotaSource {
  using value_type = T;

  T at(std::uint64_t i) const { return static_cast<T>(first + static_cast<std::iter_difference_t<T>>(i - base)); }
  std::uint64_t size() const { return count; }

  void encode_part(Writer& out, std::uint64_t lo, std::uint64_t) const { encode(out, at(lo)); }
  static IotaSource decode_part(Reader& in, std::uint64_t lo, std::uint64_t hi) { return {decode<T>(in), lo, hi - lo}; }

  T first;
  std::uint64_t base;  // the index of `first`
  std::uint64_t count;
};

/// Elements in a row: our own copy, or the caller's behind a view, which he keeps alive and unchanged.
template <class T>
struct SliceSource {
  using value_type = T;
  using Stored = std::conditional_t<std::is_same_v<T, bool>, char, T>;  // vector<bool> has no elements to point at

  explicit SliceSource(std::vector<Stored> elements, std::uint64_t first_index = 0)
      : owned(std::move(elements)), data(owned.data()), base(first_index), count(owned.size()) {}
  SliceSource(const Stored* elements, std::uint64_t n) : data(elements), base(0), count(n) {}
  SliceSource(SliceSource&&) = default;  // a moved vector keeps its elements where they are

  T at(std::uint64_t i) {
    if constexpr (std::is_trivially_copyable_v<T>) {
      return static_cast<T>(data[i - base]);
    } else {
      if (!owned.empty()) return std::move(owned[i - base]);
      if constexpr (std::is_copy_constructible_v<T>)
        return data[i - base];
      else
        return std::move(owned[i - base]);
    }
  }
  std::uint64_t size() const { return count; }

  void encode_part(Writer& out, std::uint64_t lo, std::uint64_t hi) const {
    encode_block(out, data + (lo - base), hi - lo);
  }
  static SliceSource decode_part(Reader& in, std::uint64_t lo, std::uint64_t hi) {
    return SliceSource(decode_block<Stored>(in, hi - lo), lo);
  }

  std::vector<Stored> owned;
  const Stored* data;
  std::uint64_t base;  // the index of data[0]
  std::uint64_t count;
};

template <class R>
inline constexpr bool is_integral_iota = false;
template <std::integral T, class Bound>
inline constexpr bool is_integral_iota<std::ranges::iota_view<T, Bound>> = true;

/// Known by its type to have no end. transform and filter hide the sentinel of what they are over.
template <class R>
inline constexpr bool is_endless = std::same_as<std::ranges::sentinel_t<R>, std::unreachable_sentinel_t>;
template <class V, class F>
inline constexpr bool is_endless<std::ranges::transform_view<V, F>> = is_endless<V>;
template <class V, class P>
inline constexpr bool is_endless<std::ranges::filter_view<V, P>> = is_endless<V>;
template <class R>
concept endless = is_endless<std::remove_cvref_t<R>>;

/// A view whose elements outlive it, in a row: read where they are.
template <class R>
concept borrowed_slice = std::ranges::view<std::remove_cvref_t<R>> && std::ranges::borrowed_range<R> &&
                         std::ranges::contiguous_range<R> && std::ranges::sized_range<R>;

/// How many elements a range has, as far as it is known before reading it.
template <class R>
std::uint64_t known_size(R& range) {
  if constexpr (endless<R>)
    return std::numeric_limits<std::uint64_t>::max();
  else if constexpr (std::ranges::sized_range<R>)
    return static_cast<std::uint64_t>(std::ranges::size(range));
  else
    return std::numeric_limits<std::uint64_t>::max();
}

template <class Range>
auto make_source(Range&& range, std::uint64_t most) {
  using R = std::remove_cvref_t<Range>;
  using T = std::ranges::range_value_t<R>;
  if constexpr (is_integral_iota<R>) {
    const std::uint64_t size = known_size(range);
    const T first = size > 0 ? *std::ranges::begin(range) : T{};
    return IotaSource<T>{first, 0, std::min(size, most)};
  } else if constexpr (borrowed_slice<Range> && !std::is_same_v<T, bool>) {
    return SliceSource<T>(std::ranges::data(range), std::min<std::uint64_t>(std::ranges::size(range), most));
  } else if constexpr (std::same_as<Range, std::vector<T>> && !std::is_same_v<T, bool>) {
    return SliceSource<T>(std::move(range));
  } else {
    std::vector<typename SliceSource<T>::Stored> elements;
    if constexpr (std::ranges::sized_range<Range>)
      elements.reserve(std::min<std::uint64_t>(std::ranges::size(range), most));
    // An rvalue container is ours; what a view or an lvalue refers to is not.
    constexpr bool is_ours = std::is_rvalue_reference_v<Range&&> && !std::ranges::view<R> && !std::is_const_v<Range>;
    auto end = std::ranges::end(range);
    for (auto it = std::ranges::begin(range); elements.size() < most && it != end; ++it) {
      if constexpr (is_ours)
        elements.push_back(std::ranges::iter_move(it));
      else
        elements.push_back(static_cast<T>(*it));
    }
    return SliceSource<T>(std::move(elements));
  }
}

template <class Range>
using source_t = decltype(make_source(std::declval<Range>(), 0));

}  // namespace scoop::detail
