#pragma once
#include <scoop/detail/compiler.hpp>

#include <ranges>
#include <scoop/as_completed.hpp>
#include <scoop/callable.hpp>
#include <scoop/completed_map_result.hpp>
#include <scoop/detail/begin_map.hpp>
#include <scoop/detail/block_queue.hpp>
#include <scoop/detail/callable.hpp>
#include <scoop/detail/reduction.hpp>
#include <scoop/detail/scan.hpp>
#include <scoop/error.hpp>
#include <scoop/future.hpp>
#include <scoop/map_result.hpp>
#include <scoop/map_stream.hpp>
#include <scoop/options.hpp>
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
    if (options.kill) task->kill = true;
    detail::note_deadline(*task, options);
    detail::push(worker, *task);
    return Future<typename T::R>(task);
  }
}
template <detail::not_options F, class... A>
auto submit(F&& f, A&&... args) {
  return submit(detail::default_options, std::forward<F>(f), std::forward<A>(args)...);
}

/// The same with a function known to the compiler, `submit<f>(args...)`: nothing of it is sent, and it can be inlined.
template <auto f, class... A>
auto submit(const Options& options, A&&... args) {
  return submit(options, detail::Constant<f>{}, std::forward<A>(args)...);
}
template <auto f, class... A>
  requires(detail::not_options<A> && ...)
auto submit(A&&... args) {
  return submit(detail::default_options, detail::Constant<f>{}, std::forward<A>(args)...);
}

/// Applies `f` to the elements of the ranges, the i-th of each at once, across the pool. Starts at once; results can be
/// read while others are still computed.
///
/// Shape:    a MapResult; it ends with the shortest range; empty input gives an empty result and sends nothing. Where
///           no range has an end, or one can be read only once (a generator, std::views::istream), a MapStream, which
///           reads elements as its results are taken: no more than `options.window` of them are in flight.
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
  } else if constexpr (detail::is_stream<Ranges...>) {
    return MapStream<detail::map_result_t<F, Ranges...>,
                     detail::BlockQueue<std::decay_t<F>, std::remove_cvref_t<Ranges>...>>(
        detail::begin_stream(options, std::forward<F>(f), std::forward<Ranges>(ranges)...));
  } else {
    return MapResult<detail::map_result_t<F, Ranges...>>(
        detail::begin_map(options, false, std::forward<F>(f), std::forward<Ranges>(ranges)...));
  }
}
template <detail::not_options F, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto map(F&& f, Ranges&&... ranges) {
  return map(detail::default_options, std::forward<F>(f), std::forward<Ranges>(ranges)...);
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
  return map(detail::default_options, detail::Constant<f>{}, std::forward<Ranges>(ranges)...);
}

/// The same, but the results come in the order in which they are there.
///
/// Source: SCOOP 0.7 `futures.map_as_completed`.
template <detail::not_options F, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto map_as_completed(const Options& options, F&& f, Ranges&&... ranges) {
  if constexpr (!detail::check_call<std::decay_t<F>, std::ranges::range_value_t<Ranges>...>()) {
    return detail::not_sent<std::decay_t<F>, std::ranges::range_value_t<Ranges>...>();
  } else {
    return CompletedMapResult<detail::map_result_t<F, Ranges...>>(
        detail::begin_map(options, true, std::forward<F>(f), std::forward<Ranges>(ranges)...));
  }
}
template <detail::not_options F, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto map_as_completed(F&& f, Ranges&&... ranges) {
  return map_as_completed(detail::default_options, std::forward<F>(f), std::forward<Ranges>(ranges)...);
}
template <auto f, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto map_as_completed(const Options& options, Ranges&&... ranges) {
  return map_as_completed(options, detail::Constant<f>{}, std::forward<Ranges>(ranges)...);
}
template <auto f, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto map_as_completed(Ranges&&... ranges) {
  return map_as_completed(detail::default_options, detail::Constant<f>{}, std::forward<Ranges>(ranges)...);
}

/// Applies `f` as map does and joins the results with `op`, on the workers: op(op(f(x0), f(x1)), ...).
///
/// Order:  kept; `op` must be associative and need not be commutative. How calls are bracketed is unspecified, but with
///         `Options::reproducible`.
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
  return detail::reduce(detail::default_options, std::forward<F>(f), std::forward<Op>(op), Initial<detail::Nothing>{},
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
  return detail::reduce(detail::default_options, std::forward<F>(f), std::forward<Op>(op), std::move(start),
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
  return mapReduce(detail::default_options, detail::Constant<f>{}, detail::Constant<op>{},
                   std::forward<Ranges>(ranges)...);
}

/// The same, as a future: returns at once. `progress()` counts elements. What mapReduce throws comes from `result()`.
///
/// Source: ours; SCOOP has no such call.
template <detail::not_options F, class Op, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto mapReduce_async(const Options& options, F&& f, Op&& op, Ranges&&... ranges) {
  return detail::reduce_async(options, std::forward<F>(f), std::forward<Op>(op), Initial<detail::Nothing>{},
                              std::forward<Ranges>(ranges)...);
}
template <detail::not_options F, class Op, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto mapReduce_async(F&& f, Op&& op, Ranges&&... ranges) {
  return detail::reduce_async(detail::default_options, std::forward<F>(f), std::forward<Op>(op),
                              Initial<detail::Nothing>{}, std::forward<Ranges>(ranges)...);
}
template <detail::not_options F, class Op, class T, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto mapReduce_async(const Options& options, F&& f, Op&& op, Initial<T> start, Ranges&&... ranges) {
  return detail::reduce_async(options, std::forward<F>(f), std::forward<Op>(op), std::move(start),
                              std::forward<Ranges>(ranges)...);
}
template <detail::not_options F, class Op, class T, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto mapReduce_async(F&& f, Op&& op, Initial<T> start, Ranges&&... ranges) {
  return detail::reduce_async(detail::default_options, std::forward<F>(f), std::forward<Op>(op), std::move(start),
                              std::forward<Ranges>(ranges)...);
}
template <auto f, auto op, class... Ranges>
  requires(sizeof...(Ranges) > 0)
auto mapReduce_async(const Options& options, Ranges&&... ranges) {
  return mapReduce_async(options, detail::Constant<f>{}, detail::Constant<op>{}, std::forward<Ranges>(ranges)...);
}
template <auto f, auto op, class... Ranges>
  requires(sizeof...(Ranges) > 0 && (detail::not_options<Ranges> && ...))
auto mapReduce_async(Ranges&&... ranges) {
  return mapReduce_async(detail::default_options, detail::Constant<f>{}, detail::Constant<op>{},
                         std::forward<Ranges>(ranges)...);
}

/// All that mapReduce over the first element, the first two, the first three ... gives, computed in parallel.
///
/// Shape:  a std::vector, as long as the shortest range; empty where that is.
/// Order:  kept; `op` must be associative, and need not be commutative. How calls are bracketed depends on the number
///         of elements only. `f` is called once an element, `op` about twice.
/// Errors: the first exception in input order.
/// Source: SCOOP 0.7 `futures.mapScan`; in two passes over blocks (Hillis and Steele, Data parallel algorithms, 1986).
template <detail::not_options F, class Op, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto mapScan(const Options& options, F&& f, Op&& op, Ranges&&... ranges) {
  return detail::scan(options, std::forward<F>(f), std::forward<Op>(op), std::forward<Ranges>(ranges)...);
}
template <detail::not_options F, class Op, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto mapScan(F&& f, Op&& op, Ranges&&... ranges) {
  return detail::scan(detail::default_options, std::forward<F>(f), std::forward<Op>(op),
                      std::forward<Ranges>(ranges)...);
}
template <auto f, auto op, class... Ranges>
  requires(sizeof...(Ranges) > 0)
auto mapScan(const Options& options, Ranges&&... ranges) {
  return detail::scan(options, detail::Constant<f>{}, detail::Constant<op>{}, std::forward<Ranges>(ranges)...);
}
template <auto f, auto op, class... Ranges>
  requires(sizeof...(Ranges) > 0 && (detail::not_options<Ranges> && ...))
auto mapScan(Ranges&&... ranges) {
  return detail::scan(detail::default_options, detail::Constant<f>{}, detail::Constant<op>{},
                      std::forward<Ranges>(ranges)...);
}

}  // namespace futures
}  // namespace scoop
