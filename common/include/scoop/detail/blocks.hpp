#pragma once
#include <algorithm>
#include <cstdint>
#include <scoop/detail/callable_codec.hpp>
#include <scoop/detail/range_call.hpp>
#include <tuple>
#include <utility>
#include <vector>

namespace scoop::detail {

/// Elements [lo, hi) of several sources, which are where the block was made.
template <class... Sources>
struct Block {
  template <class F>
  using result_t = task_result_t<F, typename Sources::value_type...>;

  template <class F>
  result_t<F> call(F& f, std::uint64_t i) const {
    return std::apply([&](auto&... source) -> result_t<F> { return std::invoke(f, source.at(i)...); }, *sources);
  }

  std::tuple<Sources...>* sources;
  std::uint64_t lo;
  std::uint64_t hi;
};

/// Sources whose elements go in blocks of one size: a source itself, of blocks.
template <class... Sources>
struct BlockSource {
  using value_type = Block<Sources...>;

  value_type at(std::uint64_t i) { return {&sources, i * per_block, end_of(i)}; }
  std::uint64_t size() const { return (elements + per_block - 1) / per_block; }
  std::uint64_t end_of(std::uint64_t i) const { return std::min((i + 1) * per_block, elements); }

  void encode_part(Writer& out, std::uint64_t lo, std::uint64_t hi) const {
    encode(out, elements);
    encode(out, per_block);
    std::apply([&](const auto&... source) { (source.encode_part(out, lo * per_block, end_of(hi - 1)), ...); }, sources);
  }
  static BlockSource decode_part(Reader& in, std::uint64_t lo, std::uint64_t hi) {
    const auto elements = decode<std::uint64_t>(in);
    const auto per_block = decode<std::uint64_t>(in);
    if (per_block == 0 || lo >= hi || elements / per_block < hi - 1) Reader::fail("blocks were expected");
    const std::uint64_t end = std::min(hi * per_block, elements);
    return {std::tuple<Sources...>{Sources::decode_part(in, lo * per_block, end)...}, elements, per_block};
  }

  std::tuple<Sources...> sources;
  std::uint64_t elements;
  std::uint64_t per_block;
};

/// What a mapped function and an operator make of a block: all its elements reduced, from left to right.
template <class F, class Op>
struct BlockFold {
  template <class... Sources>
  auto operator()(Block<Sources...> block) {
    using R = typename Block<Sources...>::template result_t<F>;
    R folded = block.call(f, block.lo);
    for (std::uint64_t i = block.lo + 1; i < block.hi; ++i)
      folded = std::invoke(op, std::move(folded), block.call(f, i));
    return folded;
  }
  [[no_unique_address]] F f;
  [[no_unique_address]] Op op;
};

/// Its inclusive scan.
template <class F, class Op>
struct BlockScan {
  template <class... Sources>
  auto operator()(Block<Sources...> block) {
    using R = typename Block<Sources...>::template result_t<F>;
    std::vector<R> scanned;
    scanned.reserve(block.hi - block.lo);
    scanned.push_back(block.call(f, block.lo));
    for (std::uint64_t i = block.lo + 1; i < block.hi; ++i)
      scanned.push_back(std::invoke(op, R(scanned.back()), block.call(f, i)));
    return scanned;
  }
  [[no_unique_address]] F f;
  [[no_unique_address]] Op op;
};

/// Its scan, with all that stands before it.
template <class R, class Op>
struct BlockShift {
  std::vector<R> operator()(const R& before, std::vector<R> scanned) {
    for (auto&& each : scanned) each = std::invoke(op, R(before), R(std::move(each)));
    return scanned;
  }
  [[no_unique_address]] Op op;
};

template <class F, class Op>
inline constexpr bool is_sendable_callable<BlockFold<F, Op>> = is_sendable_callable<F> && is_sendable_callable<Op>;
template <class F, class Op>
inline constexpr bool is_sendable_callable<BlockScan<F, Op>> = is_sendable_callable<F> && is_sendable_callable<Op>;
template <class R, class Op>
inline constexpr bool is_sendable_callable<BlockShift<R, Op>> = is_sendable_callable<Op>;

template <class Both, class F, class Op>
struct CallableAndOperatorCodec {
  static void encode(Writer& out, const Both& both) {
    CallableCodec<F>::encode(out, both.f);
    CallableCodec<Op>::encode(out, both.op);
  }
  static Both decode(Reader& in) {
    auto f = CallableCodec<F>::decode(in);
    return {std::move(f), CallableCodec<Op>::decode(in)};
  }
};
// Stateless ones are of types that say all.
template <class F, class Op>
  requires(!stateless<BlockFold<F, Op>>)
struct CallableCodec<BlockFold<F, Op>> : CallableAndOperatorCodec<BlockFold<F, Op>, F, Op> {};
template <class F, class Op>
  requires(!stateless<BlockScan<F, Op>>)
struct CallableCodec<BlockScan<F, Op>> : CallableAndOperatorCodec<BlockScan<F, Op>, F, Op> {};
template <class R, class Op>
  requires(!stateless<BlockShift<R, Op>>)
struct CallableCodec<BlockShift<R, Op>> {
  static void encode(Writer& out, const BlockShift<R, Op>& shift) { CallableCodec<Op>::encode(out, shift.op); }
  static BlockShift<R, Op> decode(Reader& in) { return {CallableCodec<Op>::decode(in)}; }
};

}  // namespace scoop::detail
