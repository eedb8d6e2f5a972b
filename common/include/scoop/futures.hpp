#pragma once
#include <scoop/detail/compiler.hpp>

#include <concepts>
#include <memory>
#include <ranges>
#include <scoop/callable.hpp>
#include <scoop/detail/callable.hpp>
#include <scoop/detail/map_task.hpp>
#include <scoop/detail/reduce_task.hpp>
#include <scoop/error.hpp>
#include <scoop/future.hpp>
#include <scoop/map_result.hpp>
#include <scoop/options.hpp>
#include <stdexcept>
#include <type_traits>

/// Distributed futures: calls that run on any worker of the pool.
///
/// What can be called: functions, overloads picked by `scoop::overload`, member functions, lambdas without captures or
/// with captured plain values, function objects, `scoop::bind_front(f, values...)`. What can be passed and returned:
/// `scoop::serialisable` types. All else is refused by the compiler in one sentence.
///
/// Semantics: arguments are copied in at the call and passed on as rvalues. A task may run more than once, even at the
/// same time, when a worker is lost; its result comes exactly once, and each element enters a reduction exactly once.
/// Threads: from `main` and from inside tasks, on the thread that runs them; elsewhere every call throws scoop::Error.

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

template <class T>
concept not_options = !std::same_as<std::remove_cvref_t<T>, Options>;

/// Reads what must be read of the ranges: no more elements than the shortest has, as far as that is known.
template <class F, class... Ranges>
auto make_call(F&& f, Ranges&&... ranges) {
  static_assert((!endless<std::remove_reference_t<Ranges>> || ...),
                "scoop: every range given to map has no end; pass at least one that ends, for instance "
                "std::views::iota(0, n)");
  const std::uint64_t most = std::min({known_size(ranges)...});
  return RangeCall<std::decay_t<F>, source_t<Ranges>...>{std::forward<F>(f),
                                                         {make_source(std::forward<Ranges>(ranges), most)...}};
}

template <class Call>
struct map_task;
template <class F, class... Sources>
struct map_task<RangeCall<F, Sources...>> {
  using type = MapTask<F, Sources...>;
};
template <class Call, class Op>
struct reduce_task;
template <class F, class... Sources, class Op>
struct reduce_task<RangeCall<F, Sources...>, Op> {
  using type = ReduceTask<F, Op, Sources...>;
};

template <class F, class Op, class T, class... Ranges>
auto reduce_checked(const Options& options, F&& f, Op&& op, Initial<T> start, Ranges&&... ranges) {
  using R = task_result_t<std::decay_t<F>, std::ranges::range_value_t<Ranges>...>;
  constexpr bool has_start = !std::is_same_v<T, Nothing>;
  WorkerState& worker = enter();
  check_code(f);
  check_code(op);
  auto call = make_call(std::forward<F>(f), std::forward<Ranges>(ranges)...);
  using Task = typename reduce_task<decltype(call), std::decay_t<Op>>::type;
  (void)&Task::registration;
  const std::uint64_t size = call.size();
  if constexpr (has_start) {
    static_assert(std::is_convertible_v<T, R>,
                  "scoop: the value in scoop::initial must convert to what the mapped function returns");
    if (size == 0) return static_cast<R>(std::move(start.value));
  } else {
    if (size == 0)
      throw std::invalid_argument(
          "scoop: mapReduce over an empty range has no result; pass scoop::initial(value) before the ranges");
  }
  auto* task = new Task(std::move(call), std::forward<Op>(op), 0, size);
  task->retries = options.retries;
  task->chunk_size = options.chunk_size;
  const std::unique_ptr<Task, decltype(&release)> share(task, &release);
  push(worker, *task);
  R rest = task->wait();
  if constexpr (has_start)
    return task->join(static_cast<R>(std::move(start.value)), std::move(rest));
  else
    return rest;
}

template <class F, class Op, class T, class... Ranges>
auto reduce(const Options& options, F&& f, Op&& op, Initial<T> start, Ranges&&... ranges) {
  using Function = std::decay_t<F>;
  if constexpr (!check_call<Function, std::ranges::range_value_t<Ranges>...>()) {
    return AnyResult();
  } else if constexpr (!check_reduction<std::decay_t<Op>,
                                        task_result_t<Function, std::ranges::range_value_t<Ranges>...>>()) {
    return AnyResult();
  } else {
    return reduce_checked(options, std::forward<F>(f), std::forward<Op>(op), std::move(start),
                          std::forward<Ranges>(ranges)...);
  }
}

}  // namespace detail

namespace futures {

/// Queues the call `f(args...)` for any worker; the future has its result.
///
/// Errors: what cannot be sent does not compile; a function pointer that cannot be named in another process throws
///         scoop::Error here.
/// Source: SCOOP 0.7 `futures.submit`, PEP 3148 `Executor.submit`.
template <detail::not_options F, class... A>
auto submit(const Options& options, F&& f, A&&... args) {
  if constexpr (!detail::check_call<std::decay_t<F>, detail::stored_t<A>...>()) {
    return detail::not_sent<std::decay_t<F>, detail::stored_t<A>...>();
  } else {
    using T = detail::Task<std::decay_t<F>, detail::stored_t<A>...>;
    (void)&T::registration;  // used, so that it exists
    detail::WorkerState& worker = detail::enter();
    detail::check_code(f);
    T* task = detail::make_node<T>(worker, std::in_place, std::forward<F>(f), std::forward<A>(args)...);
    task->retries = options.retries;
    detail::push(worker, *task);
    return Future<typename T::R>(task);
  }
}
template <detail::not_options F, class... A>
auto submit(F&& f, A&&... args) {
  return submit(Options{}, std::forward<F>(f), std::forward<A>(args)...);
}

/// The same with a function known to the compiler, `submit<f>(args...)`: nothing of it is sent, and it can be inlined.
template <auto f, class... A>
auto submit(const Options& options, A&&... args) {
  return submit(options, detail::Constant<f>{}, std::forward<A>(args)...);
}
template <auto f, class... A>
  requires(detail::not_options<A> && ...)
auto submit(A&&... args) {
  return submit(Options{}, detail::Constant<f>{}, std::forward<A>(args)...);
}

/// Applies `f` to the elements of the ranges, the i-th of each at once, across the pool. Starts at once; results can be
/// read while others are still computed.
///
/// Shape:    ends with the shortest range; empty input gives an empty result and sends nothing.
/// Order:    results keep input order; execution order is unspecified.
/// Units:    `options.chunk_size` in elements; 0 lets the worker measure and choose.
/// Lifetime: containers are copied or moved in. A view over elements in a row (span, views::all of a vector) is read
///           where it is until the map has ended: keep it alive and unchanged. Other views are read at the call.
/// Source:   SCOOP 0.7 `futures.map`; splitting differs, see ARCHITECTURE.md.
template <detail::not_options F, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto map(const Options& options, F&& f, Ranges&&... ranges) {
  if constexpr (!detail::check_call<std::decay_t<F>, std::ranges::range_value_t<Ranges>...>()) {
    return detail::not_sent<std::decay_t<F>, std::ranges::range_value_t<Ranges>...>();
  } else {
    detail::WorkerState& worker = detail::enter();
    detail::check_code(f);
    auto call = detail::make_call(std::forward<F>(f), std::forward<Ranges>(ranges)...);
    using T = typename detail::map_task<decltype(call)>::type;
    (void)&T::registration;
    const std::uint64_t size = call.size();
    if (size == 0) return MapResult<typename T::R>(nullptr);
    auto* task = new T(std::move(call), 0, size, T::Use::collected);
    task->retries = options.retries;
    task->chunk_size = options.chunk_size;
    detail::push(worker, *task);
    return MapResult<typename T::R>(task);
  }
}
template <detail::not_options F, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto map(F&& f, Ranges&&... ranges) {
  return map(Options{}, std::forward<F>(f), std::forward<Ranges>(ranges)...);
}

/// The same with a function known to the compiler: `map<f>(ranges...)`.
template <auto f, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto map(const Options& options, Ranges&&... ranges) {
  return map(options, detail::Constant<f>{}, std::forward<Ranges>(ranges)...);
}
template <auto f, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto map(Ranges&&... ranges) {
  return map(Options{}, detail::Constant<f>{}, std::forward<Ranges>(ranges)...);
}

/// Applies `f` as map does and joins the results with `op`, on the workers: op(op(f(x0), f(x1)), ...).
///
/// Order:  kept; `op` must be associative (how calls are bracketed is unspecified) and need not be commutative.
/// Errors: an empty range throws std::invalid_argument; with `initial(x)` before the ranges it gives `x`. The first
///         exception that comes out of `f` or `op` is thrown.
/// Source: SCOOP 0.7 `futures.mapReduce`.
template <detail::not_options F, class Op, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto mapReduce(const Options& options, F&& f, Op&& op, Ranges&&... ranges) {
  return detail::reduce(options, std::forward<F>(f), std::forward<Op>(op), Initial<detail::Nothing>{},
                        std::forward<Ranges>(ranges)...);
}
template <detail::not_options F, class Op, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto mapReduce(F&& f, Op&& op, Ranges&&... ranges) {
  return detail::reduce(Options{}, std::forward<F>(f), std::forward<Op>(op), Initial<detail::Nothing>{},
                        std::forward<Ranges>(ranges)...);
}
template <detail::not_options F, class Op, class T, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto mapReduce(const Options& options, F&& f, Op&& op, Initial<T> start, Ranges&&... ranges) {
  return detail::reduce(options, std::forward<F>(f), std::forward<Op>(op), std::move(start),
                        std::forward<Ranges>(ranges)...);
}
template <detail::not_options F, class Op, class T, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto mapReduce(F&& f, Op&& op, Initial<T> start, Ranges&&... ranges) {
  return detail::reduce(Options{}, std::forward<F>(f), std::forward<Op>(op), std::move(start),
                        std::forward<Ranges>(ranges)...);
}

/// The same with functions known to the compiler: `mapReduce<f, op>(ranges...)`.
template <auto f, auto op, class... Ranges>
  requires(sizeof...(Ranges) > 0)
auto mapReduce(const Options& options, Ranges&&... ranges) {
  return mapReduce(options, detail::Constant<f>{}, detail::Constant<op>{}, std::forward<Ranges>(ranges)...);
}
template <auto f, auto op, class... Ranges>
  requires(sizeof...(Ranges) > 0 && (detail::not_options<Ranges> && ...))
auto mapReduce(Ranges&&... ranges) {
  return mapReduce(Options{}, detail::Constant<f>{}, detail::Constant<op>{}, std::forward<Ranges>(ranges)...);
}

}  // namespace futures
}  // namespace scoop
