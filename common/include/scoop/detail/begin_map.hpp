#pragma once
#include <cstdint>
#include <ranges>
#include <scoop/detail/callable.hpp>
#include <scoop/detail/make_call.hpp>
#include <scoop/detail/map_task.hpp>
#include <scoop/detail/progress_line.hpp>
#include <scoop/detail/waiters.hpp>
#include <scoop/detail/worker.hpp>
#include <scoop/options.hpp>
#include <type_traits>
#include <utility>

namespace scoop::detail {

template <class F, class... Ranges>
using map_result_t = task_result_t<std::decay_t<F>, std::ranges::range_value_t<Ranges>...>;

/// Queues a call over ranges that are there. The share of its results; null where there is nothing to map.
template <class F, class... Sources>
MapNode<typename RangeCall<F, Sources...>::R>* push_map(const Options& options, std::int64_t deadline,
                                                        bool by_completion, const ProgressLine& progress,
                                                        RangeCall<F, Sources...> call) {
  using T = MapTask<F, Sources...>;
  (void)&T::registration;
  const std::uint64_t size = call.size();
  if (size == 0) return nullptr;
  auto* task = new T(std::move(call), 0, size, T::Use::collected);
  task->retries = options.retries;
  task->chunk_size = options.chunk_size;
  task->deadline = deadline;
  task->by_completion = by_completion;
  progress.count(*task, size);
  push(enter(), *task);
  return task;
}

template <class F, class... Ranges>
auto begin_map(const Options& options, bool by_completion, F&& f, Ranges&&... ranges) {
  enter();
  check_code(f);
  const std::int64_t deadline = deadline_of(options);
  auto call = make_call(std::forward<F>(f), std::forward<Ranges>(ranges)...);
  if (call.size() == 0) return static_cast<MapNode<map_result_t<F, Ranges...>>*>(nullptr);
  const ProgressLine progress(options, call.size());
  return push_map(options, deadline, by_completion, progress, std::move(call));
}

}  // namespace scoop::detail
