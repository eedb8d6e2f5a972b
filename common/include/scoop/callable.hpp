#pragma once
#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace scoop {

namespace detail {

/// What is kept of an argument: a copy; of a string literal, a std::string.
template <class T>
using stored_t =
    std::conditional_t<std::is_same_v<std::decay_t<T>, const char*> || std::is_same_v<std::decay_t<T>, char*>,
                       std::string, std::decay_t<T>>;

/// What bind_front gives: `f` with its first arguments.
template <class F, class... B>
struct Bound {
  [[no_unique_address]] F callable;
  [[no_unique_address]] std::tuple<B...> bound;

  template <class... A>
    requires std::is_invocable_v<F&, B&..., A...>
  decltype(auto) operator()(A&&... arguments) {
    return std::apply(
        [&](B&... values) -> decltype(auto) { return std::invoke(callable, values..., std::forward<A>(arguments)...); },
        bound);
  }
};

struct BindFront {
  template <class F, class... B>
  auto operator()(F&& f, B&&... values) const {
    return Bound<std::decay_t<F>, stored_t<B>...>{std::forward<F>(f),
                                                  std::tuple<stored_t<B>...>(std::forward<B>(values)...)};
  }
};

/// A callable known to the compiler: its type says all, so nothing of it is sent, and the call can be inlined.
template <auto function>
struct Constant {
  template <class... A>
    requires std::is_invocable_v<decltype(function), A...>
  constexpr decltype(auto) operator()(A&&... arguments) const {
    return std::invoke(function, std::forward<A>(arguments)...);
  }
};

}  // namespace detail

/// `f` with its first arguments filled in: what a lambda's capture would be, but of any type that can be sent.
///
///     futures::map(scoop::bind_front(count, dictionary), lines);
///
/// Lifetime: `f` and the values are copied or moved in; a `const char*` becomes a std::string. The call gets them as
///           lvalues, the same objects for every element that runs in one process.
// An object and no function, so that std::bind_front is not found beside it when an argument comes from std.
inline constexpr detail::BindFront bind_front;

/// Picks one of several functions of a name: `scoop::overload<double(double)>(std::sin)`.
template <class Signature>
  requires std::is_function_v<Signature>
constexpr Signature* overload(Signature* function) {
  return function;
}
/// The same for member functions: `scoop::overload<int() const>(&Point::norm)`.
template <class Signature, class C>
  requires std::is_function_v<Signature>
constexpr auto overload(Signature C::*function) {
  return function;
}

}  // namespace scoop
