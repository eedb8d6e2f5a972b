#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <scoop/detail/blocks.hpp>
#include <scoop/detail/callable.hpp>
#include <scoop/detail/make_call.hpp>
#include <scoop/detail/progress_line.hpp>
#include <scoop/detail/reduce_task.hpp>
#include <scoop/detail/waiters.hpp>
#include <scoop/future.hpp>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace scoop {

/// What `mapReduce` starts from, so that an empty range has a result: `mapReduce(f, op, initial(0), range)`.
template <class T>
struct Initial {
  T value;
};
template <class T>
Initial<std::decay_t<T>> initial(T&& value) {
  return {std::forward<T>(value)};
}

namespace detail {

/// Blocks of a reproducible reduction: enough for the workers, and few to keep.
inline constexpr std::uint64_t most_blocks = 4096;

template <class F, class Op, class Start, class... Ranges>
struct Reduction {
  using Function = std::decay_t<F>;
  using Operation = std::decay_t<Op>;
  using R = task_result_t<Function, std::ranges::range_value_t<Ranges>...>;
  using Quick = ReduceTask<NeighbourParts<R>, Function, Operation, source_t<Ranges>...>;
  using Fixed = ReduceTask<TreeParts<R>, BlockFold<Function, Operation>, Operation, BlockSource<source_t<Ranges>...>>;
  static constexpr bool has_start = !std::is_same_v<Start, Nothing>;

  /// Without elements; throws where that has no result.
  static R of_nothing(Initial<Start>&& start) {
    if constexpr (has_start) {
      return static_cast<R>(std::move(start.value));
    } else {
      throw std::invalid_argument(
          "scoop: mapReduce over an empty range has no result; pass scoop::initial(value) before the ranges");
    }
  }
  template <class Task>
  static R with_start(Task& task, Initial<Start>&& start, R&& rest) {
    if constexpr (has_start)
      return task.join(static_cast<R>(std::move(start.value)), std::move(rest));
    else
      return std::move(rest);
  }

  /// `use(task)` of a task that has begun, and of which it gets a share; `use_nothing()` where there are no elements.
  template <class Use, class UseNothing>
  static auto begin(const Options& options, F&& f, Op&& op, Use&& use, UseNothing&& use_nothing, Ranges&&... ranges) {
    static_assert(!has_start || std::is_convertible_v<Start, R>,
                  "scoop: the value in scoop::initial must convert to what the mapped function returns");
    WorkerState& worker = enter();
    check_code(f);
    check_code(op);
    auto call = make_call(std::forward<F>(f), std::forward<Ranges>(ranges)...);
    const std::uint64_t size = call.size();
    if (size == 0) return use_nothing();
    const ProgressLine progress(options, size);
    const auto start = [&](auto* task, std::uint64_t chunk_size) {
      (void)&std::remove_pointer_t<decltype(task)>::registration;
      task->retries = options.retries;
      task->chunk_size = static_cast<std::uint32_t>(chunk_size);
      progress.count(*task, size);
      push(worker, *task);
      return use(*task);
    };
    if (!options.reproducible)
      return start(new Quick(std::move(call), std::forward<Op>(op), 0, size, size), options.chunk_size);
    const std::uint64_t per_block = (size + most_blocks - 1) / most_blocks;
    BlockSource<source_t<Ranges>...> blocks{std::move(call.sources), size, per_block};
    const std::uint64_t count = blocks.size();
    Operation operation(std::forward<Op>(op));
    typename Fixed::Call fold{{std::move(call.callable), operation}, {std::move(blocks)}};
    return start(new Fixed(std::move(fold), std::move(operation), 0, count, count),
                 (options.chunk_size + per_block - 1) / per_block);
  }
};

template <class F, class Op, class... Ranges>
constexpr bool check_reduce() {
  using Function = std::decay_t<F>;
  if constexpr (!check_call<Function, std::ranges::range_value_t<Ranges>...>())
    return false;
  else
    return check_reduction<std::decay_t<Op>, task_result_t<Function, std::ranges::range_value_t<Ranges>...>>();
}

template <class F, class Op, class T, class... Ranges>
auto reduce(const Options& options, F&& f, Op&& op, Initial<T> start, Ranges&&... ranges) {
  if constexpr (!check_reduce<F, Op, Ranges...>()) {
    return AnyResult();
  } else {
    using Kind = Reduction<F, Op, T, Ranges...>;
    using R = typename Kind::R;
    const std::int64_t deadline = deadline_of(options);
    return Kind::begin(
        options, std::forward<F>(f), std::forward<Op>(op),
        [&](auto& task) -> R {
          const std::unique_ptr<Node, decltype(&release)> share(&task, &release);
          return Kind::with_start(task, std::move(start), task.wait(deadline));
        },
        [&]() -> R { return Kind::of_nothing(std::move(start)); }, std::forward<Ranges>(ranges)...);
  }
}

/// The future's end of a reduction that runs by itself. Never queued: it is done when the reduction is.
template <class Kind, class Task, class Start>
struct AsyncReduction final : ResultNode<typename Kind::R> {
  using R = typename Kind::R;

  AsyncReduction(Task* reduction, Initial<Start>&& first)
      : ResultNode<R>(&type), task(reduction), start(std::move(first)), end(this) {
    // Others may have done all of it while it was queued.
    if (task->done)
      finish();
    else
      add_waiter(*task, end);
  }
  ~AsyncReduction() { release(task); }

  struct End : Waiter {
    explicit End(AsyncReduction* a) : all(a) {
      until = std::numeric_limits<std::uint64_t>::max();
      run = [](Waiter* waiter) { static_cast<End*>(waiter)->all->finish(); };
    }
    AsyncReduction* all;
  };

  void finish() {
    if (task->cancelled) this->cancelled = this->seen = true;
    this->fulfil([this]() -> R { return Kind::with_start(*task, std::move(start), task->take()); });
    if (this->waiters) scoop_wake(this);
    release(this);
  }

  static const char* name() { return Task::name(); }
  static void destroy(Node* node) { delete static_cast<AsyncReduction*>(node); }
  static Progress progress(const Node* node) {
    const Task& reduction = *static_cast<const AsyncReduction*>(node)->task;
    const std::uint64_t done = reduction.size - reduction.missing;
    if constexpr (std::is_same_v<Task, typename Kind::Fixed>) {
      const auto& blocks = std::get<0>(reduction.call.sources);
      return {std::min(done * blocks.per_block, blocks.elements), blocks.elements};
    } else {
      return {done, reduction.size};
    }
  }
  static Node* subject(Node* node) { return static_cast<AsyncReduction*>(node)->task; }
  static constexpr TaskType type{own_abi, 0,       &name,    nullptr,   nullptr, nullptr,
                                 nullptr, nullptr, &destroy, &progress, &subject};

  Task* task;
  Initial<Start> start;
  End end;
};

/// A reduction of nothing, which is done.
template <class R>
struct EmptyReduction final : ResultNode<R> {
  EmptyReduction() : ResultNode<R>(&type) { this->holders = 1; }

  static const char* name() { return __PRETTY_FUNCTION__; }
  static void destroy(Node* node) { delete static_cast<EmptyReduction*>(node); }
  static Progress progress(const Node*) { return {}; }
  static constexpr TaskType type{own_abi, 0, &name, nullptr, nullptr, nullptr, nullptr, nullptr, &destroy, &progress};
};

template <class F, class Op, class T, class... Ranges>
auto reduce_async(const Options& options, F&& f, Op&& op, Initial<T> start, Ranges&&... ranges) {
  if constexpr (!check_reduce<F, Op, Ranges...>()) {
    return AnyResult();
  } else {
    using Kind = Reduction<F, Op, T, Ranges...>;
    using R = typename Kind::R;
    return Kind::begin(
        options, std::forward<F>(f), std::forward<Op>(op),
        [&](auto& task) {
          using Async = AsyncReduction<Kind, std::remove_reference_t<decltype(task)>, T>;
          auto* const async = new Async(&task, std::move(start));
          note_deadline(*async, options);
          return Future<R>(async);
        },
        [&] {
          auto* const nothing = new EmptyReduction<R>;
          nothing->fulfil([&]() -> R { return Kind::of_nothing(std::move(start)); });
          return Future<R>(nothing);
        },
        std::forward<Ranges>(ranges)...);
  }
}

}  // namespace detail
}  // namespace scoop
