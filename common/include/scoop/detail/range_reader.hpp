#pragma once
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <ranges>
#include <scoop/detail/range_source.hpp>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace scoop::detail {

/// Whether a map over these ranges must be read bit by bit: where it would end is not known, or known only by reading
/// what can be read but once.
template <class... Ranges>
inline constexpr bool is_stream =
    (endless<Ranges> && ...) || ((!std::ranges::forward_range<Ranges> && !std::ranges::sized_range<Ranges>) || ...);

/// Reads ranges side by side, in order, some elements at a time. An iterator moves on only when the next element is
/// asked for, so that nothing waits for an element that nobody wants yet.
///
/// Lifetime: must stay where it is, since its iterators may refer to its ranges.
template <class... Ranges>
class RangeReader {
 public:
  template <class... Given>
  explicit RangeReader(Given&&... ranges) : ranges_(std::forward<Given>(ranges)...) {}
  RangeReader(const RangeReader&) = delete;
  RangeReader& operator=(const RangeReader&) = delete;

  /// Up to so many elements of each; fewer at the end, or where a range threw, which is kept in `failure`.
  std::tuple<SliceSource<std::ranges::range_value_t<Ranges>>...> read(std::uint64_t count) {
    std::tuple<std::vector<typename SliceSource<std::ranges::range_value_t<Ranges>>::Stored>...> elements;
    std::uint64_t whole = 0;  // that all ranges gave
    try {
      while (whole < count && !ended_ && move_on(indices)) {
        take_each(elements, indices);
        ++whole;
      }
    } catch (...) {
      failure = std::current_exception();
      ended_ = true;
    }
    return std::apply(
        [whole](auto&... each) {
          (each.erase(each.begin() + static_cast<std::ptrdiff_t>(whole), each.end()), ...);
          return std::tuple<SliceSource<std::ranges::range_value_t<Ranges>>...>(
              SliceSource<std::ranges::range_value_t<Ranges>>(std::move(each))...);
        },
        elements);
  }
  bool has_ended() const { return ended_; }

  std::exception_ptr failure;

 private:
  static constexpr auto indices = std::index_sequence_for<Ranges...>{};

  template <std::size_t... I>
  bool move_on(std::index_sequence<I...>) {
    ended_ = !(move_on_in<I>() && ...);
    return !ended_;
  }
  template <std::size_t I>
  bool move_on_in() {
    auto& place = std::get<I>(places_);
    if (place)
      ++*place;
    else
      place.emplace(std::ranges::begin(std::get<I>(ranges_)));
    return *place != std::ranges::end(std::get<I>(ranges_));
  }
  template <class Elements, std::size_t... I>
  void take_each(Elements& elements, std::index_sequence<I...>) {
    (std::get<I>(elements).push_back(static_cast<std::ranges::range_value_t<Ranges>>(**std::get<I>(places_))), ...);
  }

  std::tuple<Ranges...> ranges_;
  std::tuple<std::optional<std::ranges::iterator_t<Ranges>>...> places_;
  bool ended_ = false;
};

}  // namespace scoop::detail
