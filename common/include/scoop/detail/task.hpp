#pragma once
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <scoop/detail/abi.hpp>
#include <scoop/detail/callable.hpp>
#include <scoop/detail/decode.hpp>
#include <scoop/detail/encode.hpp>
#include <scoop/detail/error_record.hpp>
#include <scoop/detail/node_memory.hpp>
#include <string>
#include <tuple>
#include <type_traits>

namespace scoop::detail {

/// What a call gives, as it is kept and sent: a reference becomes a value.
template <class F, class... A>
using task_result_t = std::decay_t<std::invoke_result_t<F&, A...>>;

/// Registers a descriptor when its module is loaded.
struct Registration {
  explicit Registration(const TaskType* type) { scoop_register_task(type); }
};

/// A warning in this worker's log: `before` and the task, `after` and the exception.
[[gnu::noinline, gnu::cold]] inline void log_exception(const std::exception_ptr& error, const char* task,
                                                       const char* before, const char* after) noexcept {
  try {
    Writer out;
    try {
      std::rethrow_exception(error);
    } catch (...) {
      scoop_describe_exception(task, &out);
    }
    Reader in(out.view());
    const ErrorRecord record = read_error_record(in);
    const std::string text =
        before + record.task + after + record.name + (record.text.empty() ? "" : ": ") + record.text;
    scoop_log(3, text.data(), text.size());
  } catch (...) {  // no memory for it
  }
}
[[gnu::noinline, gnu::cold]] inline void log_unseen(const std::exception_ptr& error, const char* task) noexcept {
  log_exception(error, task, "nobody asked for the result of task ", ", which threw ");
}

/// Runs `function`, which appends to `out`; if it throws, the exception is there instead, as an error result.
template <class F>
bool encode_or_error(Writer& out, const char* task, F&& function) noexcept {
  const std::size_t start = out.size;
  try {
    function();
    return true;
  } catch (...) {
    out.size = start;
    encode_current_exception(out, task);
    return false;
  }
}

struct Nothing {};
template <class R>
using stored_result_t = std::conditional_t<std::is_void_v<R>, Nothing, R>;

/// A single task with a place for its result, at the same offset whatever the callable, so that Future<R> finds it.
template <class R>
struct ResultNode : Node {
  explicit ResultNode(const TaskType* t) : Node(t) {}
  ~ResultNode() {
    if (!done) return;
    if (failed) {
      if (!seen) log_unseen(error, type->name());
      std::destroy_at(&error);
    } else {
      std::destroy_at(&value);
    }
  }

  /// Runs `make`, which gives the result; keeps it or the exception.
  template <class Make>
  void fulfil(Make&& make) noexcept {
    try {
      if constexpr (std::is_void_v<R>) {
        make();
        ::new (static_cast<void*>(&value)) Nothing;
      } else {
        ::new (static_cast<void*>(&value)) R(make());
      }
    } catch (...) {
      fail(std::current_exception());
    }
    done = true;
  }
  void fail(std::exception_ptr e) noexcept {
    ::new (static_cast<void*>(&error)) std::exception_ptr(std::move(e));
    failed = true;
  }

  union {
    stored_result_t<R> value;
    std::exception_ptr error;
  };
};

/// A call to run: one instantiation, and so one descriptor, per callable type and argument types.
///
/// Lifetime: the arguments are kept until the result is in, so that the task can be lent again after a loss; a call in
///           this process consumes them.
template <class F, class... A>
struct Task final : ResultNode<task_result_t<F, A...>> {
  using R = task_result_t<F, A...>;

  template <class G, class... B>
  explicit Task(std::in_place_t, G&& f, B&&... a)
      : ResultNode<R>(&type), callable(std::forward<G>(f)), arguments(std::forward<B>(a)...) {}

  R call() {
    return std::apply([this](auto&... a) -> R { return std::invoke(callable, std::move(a)...); }, arguments);
  }

  static Task* self(Node* node) { return static_cast<Task*>(node); }
  static const char* name() { return __PRETTY_FUNCTION__; }

  static void run(Node* node, std::uint64_t, std::uint64_t) {
    self(node)->fulfil([node]() -> R { return self(node)->call(); });
  }

  static bool encode_task(const Node* node, std::uint64_t, std::uint64_t, Writer* out) {
    const auto* task = static_cast<const Task*>(node);
    return encode_or_error(*out, name(), [&] {
      encode_callable(*out, task->callable);
      std::apply([&](const auto&... a) { (encode(*out, a), ...); }, task->arguments);
    });
  }

  static Node* decode_task(Reader* in, std::uint64_t, std::uint64_t, Writer* error) {
    Node* node = nullptr;
    encode_or_error(*error, name(), [&] {
      auto f = decode_callable<F>(*in);
      std::tuple<A...> decoded{decode<A>(*in)...};  // braces: in this order
      node = std::apply(
          [&](auto&... a) { return make_node<Task>(scoop_worker_state, std::in_place, std::move(f), std::move(a)...); },
          decoded);
    });
    return node;
  }

  static bool encode_result(Node* node, std::uint64_t, std::uint64_t, Writer* out) {
    node->seen = true;
    encode_or_error(*out, name(), [&] {
      if (node->failed) std::rethrow_exception(self(node)->error);
      write_outcome_tag(*out, outcome_value);
      if constexpr (!std::is_void_v<R>) encode(*out, self(node)->value);
    });
    return true;  // it has no parts
  }

  static void decode_result(Node* node, std::uint64_t, std::uint64_t, Reader* in) {
    self(node)->fulfil([in]() -> R {
      if (read_outcome_is_error(*in)) std::rethrow_exception(decode_error(*in));
      if constexpr (!std::is_void_v<R>) return decode<R>(*in);
    });
  }

  static void destroy(Node* node) { destroy_node(self(node)); }

  static constinit inline const TaskType type{
      own_abi, 0, &name, &run, &encode_task, &decode_task, &encode_result, &decode_result, &destroy};
  static inline const Registration registration{&type};

  [[no_unique_address]] F callable;
  [[no_unique_address]] std::tuple<A...> arguments;
};

}  // namespace scoop::detail
