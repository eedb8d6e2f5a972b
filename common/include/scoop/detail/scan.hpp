#pragma once
#include <cmath>
#include <cstdint>
#include <iterator>
#include <scoop/detail/blocks.hpp>
#include <scoop/detail/callable.hpp>
#include <scoop/detail/make_call.hpp>
#include <scoop/detail/map_task.hpp>
#include <scoop/detail/progress_line.hpp>
#include <scoop/detail/reduction.hpp>
#include <scoop/map_result.hpp>
#include <type_traits>
#include <utility>
#include <vector>

namespace scoop::detail {

/// As many blocks as elements in each, so that what is done one after the other, once a block, is little.
inline std::uint64_t elements_per_block(std::uint64_t size) {
  return static_cast<std::uint64_t>(std::ceil(std::sqrt(static_cast<double>(size))));
}

/// A map of blocks, which stand for so many elements in all.
template <class F, class... Sources>
auto run_map(const Options& options, std::int64_t deadline, const ProgressLine& progress, std::uint64_t elements,
             RangeCall<F, Sources...>&& call) {
  using Task = MapTask<F, Sources...>;
  (void)&Task::registration;
  const std::uint64_t size = call.size();
  auto* task = new Task(std::move(call), 0, size, Task::Use::collected);
  task->retries = options.retries;
  task->chunk_size = 0;  // its elements are blocks
  task->deadline = deadline;
  progress.count(*task, elements);
  push(scoop_worker_state, *task);
  return MapResult<typename Task::R>(task).get();
}

template <class F, class Op, class... Ranges>
auto scan_checked(const Options& options, F&& f, Op&& op, Ranges&&... ranges) {
  using Function = std::decay_t<F>;
  using Operation = std::decay_t<Op>;
  using R = task_result_t<Function, std::ranges::range_value_t<Ranges>...>;
  static_assert(
      std::is_copy_constructible_v<R>,
      "scoop: mapScan keeps each partial result and goes on with it, so what the mapped function returns must "
      "be copyable");
  enter();
  check_code(f);
  check_code(op);
  const std::int64_t deadline = deadline_of(options);
  auto call = make_call(std::forward<F>(f), std::forward<Ranges>(ranges)...);
  std::vector<R> result;
  const std::uint64_t size = call.size();
  if (size == 0) return result;

  BlockSource<source_t<Ranges>...> blocks{std::move(call.sources), size, elements_per_block(size)};
  Operation operation(std::forward<Op>(op));
  const ProgressLine progress(options, size, blocks.size() > 1 ? 2 : 1);
  auto scanned = run_map(options, deadline, progress, size,
                         RangeCall<BlockScan<Function, Operation>, BlockSource<source_t<Ranges>...>>{
                             {std::move(call.callable), operation}, {std::move(blocks)}});
  result = std::move(scanned.front());
  if (scanned.size() == 1) return result;

  std::vector<R> before{R(result.back())};  // of each block but the first
  for (std::uint64_t i = 1; i + 1 < scanned.size(); ++i)
    before.push_back(std::invoke(operation, R(before.back()), R(scanned[i].back())));
  scanned.erase(scanned.begin());
  auto shifted = run_map(
      options, deadline, progress, size,
      RangeCall<BlockShift<R, Operation>, SliceSource<R>, SliceSource<std::vector<R>>>{
          {std::move(operation)}, {make_source(std::move(before), size), make_source(std::move(scanned), size)}});
  result.reserve(size);
  for (std::vector<R>& block : shifted)
    result.insert(result.end(), std::make_move_iterator(block.begin()), std::make_move_iterator(block.end()));
  return result;
}

template <class F, class Op, class... Ranges>
auto scan(const Options& options, F&& f, Op&& op, Ranges&&... ranges) {
  if constexpr (!check_reduce<F, Op, Ranges...>())
    return AnyResult();
  else
    return scan_checked(options, std::forward<F>(f), std::forward<Op>(op), std::forward<Ranges>(ranges)...);
}

}  // namespace scoop::detail
