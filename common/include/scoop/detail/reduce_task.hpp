#pragma once
#include <exception>
#include <functional>
#include <limits>
#include <scoop/detail/range_call.hpp>
#include <scoop/detail/reduce_parts.hpp>
#include <scoop/detail/waiters.hpp>
#include <scoop/detail/worker.hpp>

namespace scoop::detail {

/// `mapReduce(callable, op, ranges...)` as one task over an index range. Each worker folds what it runs; parts are
/// joined as they come (Parts: reduce_parts.hpp says how), so that order is kept and each index enters once.
template <class Parts, class F, class Op, class... Sources>
struct ReduceTask final : RangeNode {
  using Call = RangeCall<F, Sources...>;
  using R = typename Call::R;

  ReduceTask(Call c, Op o, std::uint64_t lo, std::uint64_t hi, std::uint64_t total)
      : RangeNode(&type, lo, hi), call(std::move(c)), op(std::move(o)), size(total), parts(total, frontier) {}

  static ReduceTask* self(Node* node) { return static_cast<ReduceTask*>(node); }
  static const char* name() { return __PRETTY_FUNCTION__; }

  R join(R&& left, R&& right) { return std::invoke(op, std::move(left), std::move(right)); }
  auto joiner() {
    return [this](R&& left, R&& right) { return join(std::move(left), std::move(right)); };
  }

  /// Runs `fill`, which adds [lo, hi) to the parts. After an exception all is over, the rest is only counted.
  template <class Fill>
  void add(std::uint64_t lo, std::uint64_t hi, Fill&& fill) noexcept {
    try {
      if (!failed) fill();
    } catch (...) {
      error = std::current_exception();
      failed = true;
      parts.clear();
    }
    missing -= hi - lo;
    done = missing == 0 || failed;
  }

  /// The whole, when all of it is there; throws what the first failing call threw.
  R take() {
    if (failed) std::rethrow_exception(error);
    return parts.take_whole();
  }
  R wait(std::int64_t deadline) {
    if (!wait_until(*this, std::numeric_limits<std::uint64_t>::max(), deadline)) throw_timeout(*this, in_options_time);
    return take();
  }

  static void run(Node* node, std::uint64_t lo, std::uint64_t hi) {
    ReduceTask& task = *self(node);
    task.add(lo, hi, [&] {
      task.parts.compute(
          lo, hi, [&](std::uint64_t i) -> R { return task.call.at(i); }, task.joiner(), [&] { return task.failed; });
    });
  }

  static bool encode_task(const Node* node, std::uint64_t lo, std::uint64_t hi, Writer* out) {
    return encode_or_error(*out, name(), [&] {
      const auto* task = static_cast<const ReduceTask*>(node);
      encode(*out, task->size);
      encode_callable(*out, task->op);
      task->call.encode_part(*out, lo, hi);
    });
  }

  static Node* decode_task(Reader* in, std::uint64_t lo, std::uint64_t hi, Writer* error) {
    Node* node = nullptr;
    encode_or_error(*error, name(), [&] {
      const auto total = decode<std::uint64_t>(*in);
      if (hi > total) Reader::fail("a part of a reduction was expected");
      auto operation = decode_callable<Op>(*in);
      node = new ReduceTask(Call::decode_part(*in, lo, hi), std::move(operation), lo, hi, total);
    });
    return node;
  }

  static bool encode_result(Node* node, std::uint64_t lo, std::uint64_t hi, Writer* out) {
    encode_or_error(*out, name(), [&] {
      ReduceTask& task = *self(node);
      if (task.failed) std::rethrow_exception(task.error);
      write_outcome_tag(*out, outcome_value);
      task.parts.write(*out, lo, hi);
    });
    return true;  // it cannot be divided
  }

  static void decode_result(Node* node, std::uint64_t lo, std::uint64_t hi, Reader* in) {
    ReduceTask& task = *self(node);
    task.add(lo, hi, [&] {
      if (read_outcome_is_error(*in)) std::rethrow_exception(decode_error(*in));
      task.parts.read(*in, lo, hi, task.joiner());
    });
  }

  static void destroy(Node* node) { delete self(node); }

  static constinit inline const TaskType type{
      own_abi, 1, &name, &run, &encode_task, &decode_task, &encode_result, &decode_result, &destroy};
  static inline const Registration registration{&type};

  Call call;
  [[no_unique_address]] Op op;
  std::uint64_t size;  // of all, wherever it is computed
  Parts parts;
  std::exception_ptr error;
};

}  // namespace scoop::detail
