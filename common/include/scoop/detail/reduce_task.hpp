#pragma once
#include <exception>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <scoop/detail/range_call.hpp>
#include <scoop/detail/worker.hpp>

namespace scoop::detail {

/// `mapReduce(callable, op, ranges...)` as one task over an index range. Each worker folds what it runs; neighbouring
/// parts are joined as they come, so that order is kept and each index enters once.
template <class F, class Op, class... Sources>
struct ReduceTask final : RangeNode {
  using Call = RangeCall<F, Sources...>;
  using R = typename Call::R;
  struct Part {
    std::uint64_t hi;
    R value;
  };

  ReduceTask(Call c, Op o, std::uint64_t lo, std::uint64_t hi)
      : RangeNode(&type, lo, hi), call(std::move(c)), op(std::move(o)) {}

  static ReduceTask* self(Node* node) { return static_cast<ReduceTask*>(node); }
  static const char* name() { return __PRETTY_FUNCTION__; }

  R join(R&& left, R&& right) { return std::invoke(op, std::move(left), std::move(right)); }

  /// Runs `make`, which gives the value of [lo, hi), and joins it with its neighbours. After an exception all is over,
  /// the rest is only counted.
  template <class Make>
  void add(std::uint64_t lo, std::uint64_t hi, Make&& make) noexcept {
    try {
      if (!failed) join_neighbours(lo, hi, make());
    } catch (...) {
      error = std::current_exception();
      failed = true;
      parts.clear();
    }
    missing -= hi - lo;
    done = missing == 0 || failed;
  }

  void join_neighbours(std::uint64_t lo, std::uint64_t hi, R&& value) {
    R joined = std::move(value);
    // `join` may run tasks, and these may add parts: each neighbour is taken out before, and looked for again after.
    for (;;) {
      auto after = parts.lower_bound(lo);
      if (after != parts.begin() && std::prev(after)->second.hi == lo) {
        auto left = parts.extract(std::prev(after));
        lo = left.key();
        joined = join(std::move(left.mapped().value), std::move(joined));
      } else if (after != parts.end() && after->first == hi) {
        auto right = parts.extract(after);
        hi = right.mapped().hi;
        joined = join(std::move(joined), std::move(right.mapped().value));
      } else {
        break;
      }
    }
    const auto first = parts.emplace(lo, Part{hi, std::move(joined)}).first;
    if (first->first == sent) frontier = hi;
  }

  /// The whole, when all of it is there; throws what the first failing call threw.
  R wait() {
    scoop_wait(this, std::numeric_limits<std::uint64_t>::max());
    if (failed) std::rethrow_exception(error);
    return std::move(parts.begin()->second.value);
  }

  static void run(Node* node, std::uint64_t lo, std::uint64_t hi) {
    ReduceTask& task = *self(node);
    task.add(lo, hi, [&]() -> R {
      R folded = task.call.at(lo);
      for (std::uint64_t i = lo + 1; i < hi && !task.failed; ++i)
        folded = task.join(std::move(folded), task.call.at(i));
      return folded;
    });
  }

  static bool encode_task(const Node* node, std::uint64_t lo, std::uint64_t hi, Writer* out) {
    return encode_or_error(*out, name(), [&] {
      const auto* task = static_cast<const ReduceTask*>(node);
      encode_callable(*out, task->op);
      task->call.encode_part(*out, lo, hi);
    });
  }

  static Node* decode_task(Reader* in, std::uint64_t lo, std::uint64_t hi, Writer* error) {
    Node* node = nullptr;
    encode_or_error(*error, name(), [&] {
      auto operation = decode_callable<Op>(*in);
      auto* task = new ReduceTask(Call::decode_part(*in, lo, hi), std::move(operation), lo, hi);
      task->sent = lo;
      node = task;
    });
    return node;
  }

  static bool encode_result(Node* node, std::uint64_t lo, std::uint64_t hi, Writer* out) {
    encode_or_error(*out, name(), [&] {
      ReduceTask& task = *self(node);
      if (task.failed) std::rethrow_exception(task.error);
      auto part = task.parts.extract(lo);
      task.sent = hi;
      write_outcome_tag(*out, outcome_value);
      encode(*out, part.mapped().value);
    });
    return true;  // one value, however long the interval
  }

  static void decode_result(Node* node, std::uint64_t lo, std::uint64_t hi, Reader* in) {
    self(node)->add(lo, hi, [in]() -> R {
      if (read_outcome_is_error(*in)) std::rethrow_exception(decode_error(*in));
      return decode<R>(*in);
    });
  }

  static void destroy(Node* node) { delete self(node); }

  static constinit inline const TaskType type{
      own_abi, 1, &name, &run, &encode_task, &decode_task, &encode_result, &decode_result, &destroy};
  static inline const Registration registration{&type};

  Call call;
  [[no_unique_address]] Op op;
  std::uint64_t sent = 0;               // all before it has left this process
  std::map<std::uint64_t, Part> parts;  // by their beginning; no two are neighbours
  std::exception_ptr error;
};

}  // namespace scoop::detail
