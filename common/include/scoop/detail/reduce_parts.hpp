#pragma once
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <scoop/detail/decode.hpp>
#include <scoop/detail/encode.hpp>
#include <utility>

namespace scoop::detail {

/// What is there of a reduction over [begin, ...): parts, which are joined as they come. `join(left, right)` is user
/// code, which may run tasks, and these may add parts and write others: whoever is joined is taken out before, and
/// neighbours are looked for again after. `frontier`, up to which all is there to be written, is kept true meanwhile.
///
/// Each neighbour is joined with the next: as few joins and parts as can be. How they are bracketed depends on who came
/// first.
template <class R>
class NeighbourParts {
 public:
  NeighbourParts(std::uint64_t, std::uint64_t& frontier) : frontier_(frontier), sent_(frontier) {}

  /// Elements [lo, hi), given by `element(i)`.
  template <class Element, class Join, class IsOver>
  void compute(std::uint64_t lo, std::uint64_t hi, Element&& element, Join&& join, IsOver&& is_over) {
    R folded = element(lo);
    for (std::uint64_t i = lo + 1; i < hi && !is_over(); ++i) folded = join(std::move(folded), element(i));
    add(lo, hi, std::move(folded), join);
  }
  template <class Join>
  void read(Reader& in, std::uint64_t lo, std::uint64_t hi, Join&& join) {
    add(lo, hi, decode<R>(in), join);
  }
  /// All of [lo, hi), which is there and is forgotten. Lowest first.
  void write(Writer& out, std::uint64_t lo, std::uint64_t hi) {
    auto part = parts_.extract(lo);
    sent_ = hi;
    encode(out, part.mapped().value);
  }

  R take_whole() { return std::move(parts_.begin()->second.value); }
  void clear() { parts_.clear(); }

 private:
  struct Part {
    std::uint64_t hi;
    R value;
  };

  template <class Join>
  void add(std::uint64_t lo, std::uint64_t hi, R&& value, Join& join) {
    R joined = std::move(value);
    for (;;) {
      auto after = parts_.lower_bound(lo);
      if (after != parts_.begin() && std::prev(after)->second.hi == lo) {
        auto left = parts_.extract(std::prev(after));
        lo = left.key();
        frontier_ = std::min(frontier_, lo);
        joined = join(std::move(left.mapped().value), std::move(joined));
      } else if (after != parts_.end() && after->first == hi) {
        frontier_ = std::min(frontier_, hi);
        auto right = parts_.extract(after);
        hi = right.mapped().hi;
        joined = join(std::move(joined), std::move(right.mapped().value));
      } else {
        break;
      }
    }
    parts_.emplace(lo, Part{hi, std::move(joined)});
    if (lo == sent_) frontier_ = hi;
  }

  std::uint64_t& frontier_;
  std::uint64_t sent_;                   // all before it was written
  std::map<std::uint64_t, Part> parts_;  // by their beginning; no two are neighbours
};

/// Elements are joined along a binary tree over [0, size): [0, 1) with [1, 2), [0, 2) with [2, 4), and so on; a part
/// without a right half stands for both. So how they are bracketed depends on the size alone.
template <class R>
class TreeParts {
 public:
  TreeParts(std::uint64_t size, std::uint64_t& frontier) : frontier_(frontier), size_(size), sent_(frontier) {}

  template <class Element, class Join, class IsOver>
  void compute(std::uint64_t lo, std::uint64_t hi, Element&& element, Join&& join, IsOver&& is_over) {
    for (std::uint64_t i = lo; i < hi && !is_over(); ++i) add(i, 0, element(i), join);
    advance();
  }
  template <class Join>
  void read(Reader& in, std::uint64_t lo, std::uint64_t hi, Join&& join) {
    for (std::uint64_t at = lo; at < hi;) {
      const auto level = decode<std::uint8_t>(in);
      if (level > highest || (at & (width(level) - 1)) != 0) Reader::fail("a part of a reduction was expected");
      add(at, level, decode<R>(in), join);
      at = end_of(at, level);
    }
    advance();
  }
  void write(Writer& out, std::uint64_t lo, std::uint64_t hi) {
    for (std::uint64_t at = lo; at < hi;) {
      auto part = parts_.extract(at);
      encode(out, part.mapped().level);
      encode(out, part.mapped().value);
      at = end_of(at, part.mapped().level);
    }
    sent_ = hi;
  }

  R take_whole() { return std::move(parts_.begin()->second.value); }
  void clear() { parts_.clear(); }

 private:
  static constexpr std::uint8_t highest = 62;
  struct Part {
    std::uint8_t level;  // of [at, at + 2^level), as far as that is below the size
    R value;
  };

  /// Over the parts that follow each other without a gap.
  void advance() {
    frontier_ = sent_;
    for (auto part = parts_.find(sent_); part != parts_.end() && part->first == frontier_; ++part)
      frontier_ = end_of(part->first, part->second.level);
  }

  static std::uint64_t width(std::uint8_t level) { return std::uint64_t{1} << level; }
  std::uint64_t end_of(std::uint64_t at, std::uint8_t level) const { return std::min(at + width(level), size_); }

  template <class Join>
  void add(std::uint64_t at, std::uint8_t level, R&& value, Join& join) {
    R joined = std::move(value);
    while (width(level) < size_) {
      const bool is_right = (at & width(level)) != 0;
      const std::uint64_t other = at ^ width(level);
      if (is_right || other < size_) {
        const auto found = parts_.find(other);
        if (found == parts_.end() || found->second.level != level) break;
        frontier_ = std::min(frontier_, other);
        R half = std::move(parts_.extract(found).mapped().value);
        joined = is_right ? join(std::move(half), std::move(joined)) : join(std::move(joined), std::move(half));
        at &= ~width(level);
      }
      ++level;
    }
    parts_.emplace(at, Part{level, std::move(joined)});
  }

  std::uint64_t& frontier_;
  std::uint64_t size_;
  std::uint64_t sent_;
  std::map<std::uint64_t, Part> parts_;  // by their beginning
};

}  // namespace scoop::detail
