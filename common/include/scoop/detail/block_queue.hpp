#pragma once
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <ranges>
#include <scoop/detail/begin_map.hpp>
#include <scoop/detail/map_handle.hpp>
#include <scoop/detail/progress_line.hpp>
#include <scoop/detail/range_reader.hpp>
#include <scoop/options.hpp>
#include <type_traits>
#include <utility>

namespace scoop::detail {

/// A map that is read in blocks, each a map of its own, as the results of those before are taken.
template <class F, class... Ranges>
class BlockQueue {
 public:
  using R = map_result_t<F, Ranges...>;
  static constexpr bool is_endless = (endless<Ranges> && ...);

  template <class G, class... Given>
  BlockQueue(const Options& options, G&& f, Given&&... ranges)
      : options_(options),
        deadline_(deadline_of(options)),
        block_size_(block_size_of(options)),
        progress_(options, 0),
        callable_(std::forward<G>(f)),
        reader_(std::forward<Given>(ranges)...) {
    enter();
    check_code(callable_);
  }

  ~BlockQueue() {
    if (scoop_worker_state.thread != __builtin_thread_pointer()) return;
    for (Block& block : blocks_) scoop_cancel(block.node(), false);
  }
  BlockQueue(const BlockQueue&) = delete;
  BlockQueue& operator=(const BlockQueue&) = delete;

  /// Reads while the window has room; whether a result is left to be taken. Throws what a range threw, once all before
  /// was taken.
  bool fill() {
    if (!blocks_.empty() && index == blocks_.front().size()) pop();
    while (!reader_.has_ended() && elements_ + block_size_ <= options_.window) read_block();
    if (reader_.failure && blocks_.empty()) std::rethrow_exception(std::exchange(reader_.failure, nullptr));
    return !blocks_.empty();
  }
  MapNode<R>* front() { return blocks_.front().node(); }
  void pop() {
    index = 0;
    elements_ -= blocks_.front().size();
    blocks_.pop_front();
  }

  std::uint64_t index = 0;  // in the first block: before it all was taken

 private:
  struct Block : MapHandle<R> {
    using MapHandle<R>::MapHandle;
    using MapHandle<R>::node;
  };

  static std::uint32_t block_size_of(const Options& options) {
    if (options.window == 0) refuse("scoop: Options::window is 0, but at least 1 element must be on its way");
    // An eighth of the window: the workers have the other blocks while the first is taken.
    const std::uint32_t size = options.chunk_size > 0 ? options.chunk_size : options.window / 8;
    return std::clamp(size, 1u, options.window);
  }

  void read_block() {
    Block block(push_map(
        options_, deadline_, false, progress_,
        RangeCall<F, SliceSource<std::ranges::range_value_t<Ranges>>...>{callable_, reader_.read(block_size_)}));
    if (block.empty()) return;
    elements_ += block.size();
    blocks_.push_back(std::move(block));
  }

  Options options_;
  std::int64_t deadline_;
  std::uint32_t block_size_;
  ProgressLine progress_;
  F callable_;
  RangeReader<Ranges...> reader_;
  std::deque<Block> blocks_;
  std::uint64_t elements_ = 0;  // of the blocks
};

template <class F, class... Ranges>
auto begin_stream(const Options& options, F&& f, Ranges&&... ranges) {
  using Blocks = BlockQueue<std::decay_t<F>, std::remove_cvref_t<Ranges>...>;
  constexpr bool can_keep = (std::constructible_from<std::remove_cvref_t<Ranges>, Ranges> && ...);
  static_assert(can_keep, "scoop: map keeps its ranges, and one of these cannot be copied; pass it with std::move");
  if constexpr (can_keep)
    return std::make_unique<Blocks>(options, std::forward<F>(f), std::forward<Ranges>(ranges)...);
  else
    return std::unique_ptr<Blocks>();
}

}  // namespace scoop::detail
