#pragma once
#include <functional>
#include <scoop/detail/callable_codec.hpp>
#include <type_traits>
#include <vector>

/// What the compiler says where something cannot be sent: one sentence, and what to write instead. The checks answer
/// false, so that their callers can leave the rest out, and one mistake gives one error.
namespace scoop::detail {

struct AnyResult {
  template <class T>
  operator T() const;
};

/// Stands where a future or a map's results would be if the call compiled, so that what is done with them does.
template <class R>
struct NotSent {
  R result(auto&&...) const;
  R* begin() const { return nullptr; }
  R* end() const { return nullptr; }
  std::vector<R> get() const;
  bool done() const { return true; }
  template <class T>
  operator T() const;
};
template <>
struct NotSent<void> {
  void result(auto&&...) const {}
  void get() const {}
  bool done() const { return true; }
};

template <class F, class... A>
auto not_sent() {
  if constexpr (std::is_invocable_v<F&, A...>)
    return NotSent<std::decay_t<std::invoke_result_t<F&, A...>>>();
  else
    return NotSent<AnyResult>();
}

template <Refusal why, class T>
consteval bool check_value() {
  static_assert(why != Refusal::pointer,
                "scoop: a pointer cannot be sent to another worker, which has memory of its own; send the value, or a "
                "std::string, std::vector or std::unique_ptr that holds it");
  static_assert(why != Refusal::reference,
                "scoop: a reference cannot be sent to another worker, which has memory of its own; send the value");
  static_assert(why != Refusal::view,
                "scoop: a view of something else (std::string_view, std::span) cannot be sent to another worker; send "
                "a std::string or std::vector that holds it");
  static_assert(why != Refusal::function_object,
                "scoop: a std::function cannot be sent to another worker, since what is in it is not known here; pass "
                "the function, the lambda or scoop::bind_front(f, values...) itself");
  static_assert(why != Refusal::shared_pointer,
                "scoop: a std::shared_ptr cannot be sent to another worker, since nothing is shared there; send the "
                "value or a std::unique_ptr");
  static_assert(why != Refusal::polymorphic,
                "scoop: a std::unique_ptr to a base class cannot be sent to another worker: the derived part would be "
                "lost; send a std::variant of the derived classes, or a std::unique_ptr to a final one");
  static_assert(why != Refusal::too_many_members,
                "scoop: a class with more than 32 members, or C arrays, cannot be sent to another worker member by "
                "member; write MSGPACK_DEFINE(members...) into it, from <msgpack.hpp>");
  static_assert(why != Refusal::base,
                "scoop: a class with a base class cannot be sent to another worker member by member; write "
                "MSGPACK_DEFINE(MSGPACK_BASE(base), members...) into it, from <msgpack.hpp>");
  static_assert(why != Refusal::array_member,
                "scoop: a class with a C array and members that are not plain data cannot be sent to another worker "
                "member by member; use std::array, or write MSGPACK_DEFINE(members...) into it, from <msgpack.hpp>");
  static_assert(why != Refusal::no_constexpr,
                "scoop: this class seems to be plain data, but none of its constructors is constexpr, so the compiler "
                "cannot tell whether it holds pointers; make one constexpr, or write MSGPACK_DEFINE(members...) into "
                "it, from <msgpack.hpp>. Of a class that is not yours, send what it is made from, as a seed");
  static_assert(
      why != Refusal::pointer_inside,
      "scoop: this class holds a pointer, a reference or a union, which mean nothing in another worker; "
      "write MSGPACK_DEFINE(members...) into it, from <msgpack.hpp>, with what can be sent. Locks, threads and "
      "streams are each process's own: make them in the task");
  static_assert(why != Refusal::other,
                "scoop: a value of this class cannot be sent to another worker; write MSGPACK_DEFINE(members...) into "
                "it, from <msgpack.hpp>, or see the manual, chapter 'What can be sent'");
  return why == Refusal::none;
}

/// Whether values of T can be sent; a sentence for the first reason why not.
template <class T>
consteval bool check_sent() {
  return check_value<refusal<std::remove_cv_t<T>>(Types<>{}), T>();
}

template <class F>
inline constexpr bool is_c_variadic = false;
template <class R, class... A, bool no_throw>
inline constexpr bool is_c_variadic<R (*)(A..., ...) noexcept(no_throw)> = true;

/// Whether F can be sent as a callable.
template <class F>
struct CallableCheck {
  static constexpr Refusal why = std::is_class_v<F> ? refusal<F>(Types<>{}) : Refusal::none;
  // What says more than the sentence about callables.
  static constexpr bool is_special = why == Refusal::function_object || why == Refusal::no_constexpr;

  static consteval bool passes() {
    if constexpr (is_special) {
      return check_sent<F>();
    } else {
      static_assert(!is_c_variadic<F>,
                    "scoop: a function with C variable arguments (...) cannot be a task, since they have no types; "
                    "call it from a lambda");
      static_assert(is_c_variadic<F> || !std::is_pointer_v<F> || is_function_pointer<F>,
                    "scoop: a pointer to an object cannot be a task; pass the function object itself");
      static_assert(std::is_pointer_v<F> || std::is_member_pointer_v<F> || std::is_class_v<F>,
                    "scoop: the first argument is nothing that can be called; pass a function, a lambda or a function "
                    "object");
      static_assert(!std::is_class_v<F> || sendable_callable<F>,
                    "scoop: this callable cannot be sent to another worker: it captures or holds a reference, a "
                    "pointer, `this`, a view, or an object that is not plain data, such as a string, vector, pair or "
                    "optional; pass such values with scoop::bind_front(f, values...), or give a class of your own "
                    "MSGPACK_DEFINE(members...)");
      return sendable_callable<F>;
    }
  }
};
template <class F, class... B>
struct CallableCheck<Bound<F, B...>> {
  static consteval bool passes() {
    if constexpr (CallableCheck<F>::passes())
      return (check_sent<B>() && ...);
    else
      return false;
  }
};

/// Whether `f(args...)` can be a task, F and A being the types that are kept.
template <class F, class... A>
consteval bool check_call() {
  if constexpr (!CallableCheck<F>::passes()) {
    return false;
  } else if constexpr (!(check_sent<A>() && ...)) {
    return false;
  } else if constexpr (!std::is_invocable_v<F&, A...>) {
    constexpr bool takes_references = std::is_invocable_v<F&, A&...>;
    static_assert(!takes_references,
                  "scoop: the callable takes an argument as T&, but a task gets copies of its own, as rvalues; let it "
                  "take T or const T& and return what it changes");
    static_assert(takes_references,
                  "scoop: the callable cannot be called with arguments of these types; compare their number and types "
                  "with what it takes (a const char* arrives as a std::string)");
    return false;
  } else {
    using R = std::decay_t<std::invoke_result_t<F&, A...>>;
    if constexpr (std::is_void_v<R>)
      return true;
    else
      return check_sent<R>();
  }
}

/// Whether `op` can join two results of type R into one.
template <class Op, class R>
consteval bool check_reduction() {
  if constexpr (!CallableCheck<Op>::passes()) {
    return false;
  } else {
    constexpr bool joins = std::is_invocable_r_v<R, Op&, R, R>;
    static_assert(
        joins, "scoop: the reduction must take two results of the mapped function, as rvalues, and give another one");
    return joins;
  }
}

}  // namespace scoop::detail
