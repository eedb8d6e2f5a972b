#pragma once
#include <cstddef>
#include <scoop/detail/serialisable.hpp>
#include <type_traits>
#include <utility>

/// Members of aggregates without a macro: how many they are is found by trying brace initialisers, and a structured
/// binding of that many names reaches them.
///
/// Source: the idea is Antony Polukhin's (Boost.PFR).

namespace scoop::detail {

inline constexpr std::size_t max_members = 32;

/// Initialises anything but T itself: else `T{anything}` would be a copy. Never called, yet defined: clang wants a body
/// where std::optional's constructor is looked into for a type without linkage.
template <class T>
struct Anything {
  template <class U>
    requires(!std::is_same_v<U, T>)
  operator U() const {
    __builtin_unreachable();
  }
};
template <class T>
struct BaseOf {
  template <class U>
    requires(!std::is_same_v<U, T> && std::is_base_of_v<U, T>)
  operator U() const {
    __builtin_unreachable();
  }
};
struct AnyUnion {
  template <class U>
    requires std::is_union_v<U>
  operator U() const {
    __builtin_unreachable();
  }
};

template <class T, std::size_t>
using AnythingAt = Anything<T>;

template <class T, std::size_t... I>
consteval bool takes(std::index_sequence<I...>) {
  return requires { T{AnythingAt<T, I>{}...}; };
}
template <class T, std::size_t n>
inline constexpr bool takes_initialisers = takes<T>(std::make_index_sequence<n>{});

/// The largest number of initialisers that T takes, at most one more than max_members; 0 where there is none. C arrays
/// count by element.
template <class T, std::size_t n = 0, bool any = false>
consteval std::size_t count_initialisers() {
  constexpr bool last = n > max_members;
  if constexpr (takes_initialisers<T, n>) {
    if constexpr (last)
      return n;
    else
      return count_initialisers<T, n + 1, true>();
  } else if constexpr (any) {
    return n - 1;
  } else if constexpr (last) {
    return 0;
  } else {
    return count_initialisers<T, n + 1, false>();  // members that must be initialised come later
  }
}

template <class T, std::size_t... Rest>
consteval bool starts_with_base(std::index_sequence<Rest...>) {
  return requires { T{BaseOf<T>{}, AnythingAt<T, Rest>{}...}; };
}

/// Anonymous ones cannot be bound to, and the others cannot be sent anyway.
template <class T, std::size_t... Before>
consteval bool ends_with_union(std::index_sequence<Before...>) {
  return requires { T{AnythingAt<T, Before>{}..., AnyUnion{}}; };
}
template <class T, std::size_t... At>
consteval bool has_union(std::index_sequence<At...>) {
  return (ends_with_union<T>(std::make_index_sequence<At>{}) || ...);
}

template <class T, std::size_t... Before, std::size_t... After>
consteval bool takes_braces(std::index_sequence<Before...>, std::index_sequence<After...>) {
  return requires { T{AnythingAt<T, Before>{}..., {Anything<T>{}, Anything<T>{}}, AnythingAt<T, After>{}...}; };
}
/// Whether two initialisers may be put into braces at place `at`, with `after` more behind them.
template <class T, std::size_t at, std::size_t after>
inline constexpr bool braces_at = takes_braces<T>(std::make_index_sequence<at>{}, std::make_index_sequence<after>{});

/// Whether a C array begins at place `at` of n: then what is in braces there stands for more than one place, and no
/// longer leaves n - at - 1 behind it.
template <class T, std::size_t n, std::size_t at, std::size_t... I>
consteval bool starts_array(std::index_sequence<I...>) {
  if constexpr (braces_at<T, at, n - at - 1>)
    return false;
  else if constexpr (takes_initialisers<T, 0>)
    return braces_at<T, at, 0>;
  else
    return (braces_at<T, at, I> || ...);  // members that must be initialised come behind it
}
template <class T, std::size_t n, std::size_t... At>
consteval bool has_array(std::index_sequence<At...>) {
  return (starts_array<T, n, At>(std::make_index_sequence<n - At - 1>{}) || ...);
}

/// Why the members of aggregate T cannot be reached one by one, or none.
template <class T>
consteval Refusal reflection_refusal() {
  constexpr std::size_t n = count_initialisers<T>();
  if constexpr (n > max_members) {
    return Refusal::too_many_members;
  } else if constexpr (n == 0) {
    return Refusal::other;
  } else if constexpr (starts_with_base<T>(std::make_index_sequence<n - 1>{})) {
    return Refusal::base;
  } else if constexpr (has_union<T>(std::make_index_sequence<n>{})) {
    return Refusal::other;
  } else if constexpr (has_array<T, n>(std::make_index_sequence<n - 1>{})) {
    return Refusal::array_member;
  } else {
    return Refusal::none;
  }
}

template <std::size_t n>
struct MembersOf;

// decltype of each of up to 32 names: `again` is expanded later, so that the macro may come up inside itself.
#define SCOOP_PARENS ()
#define SCOOP_EXPAND(...) SCOOP_EXPAND2(SCOOP_EXPAND2(SCOOP_EXPAND2(SCOOP_EXPAND2(__VA_ARGS__))))
#define SCOOP_EXPAND2(...) SCOOP_EXPAND1(SCOOP_EXPAND1(SCOOP_EXPAND1(SCOOP_EXPAND1(__VA_ARGS__))))
#define SCOOP_EXPAND1(...) SCOOP_EXPAND0(SCOOP_EXPAND0(__VA_ARGS__))
#define SCOOP_EXPAND0(...) __VA_ARGS__
#define SCOOP_DECLTYPES(name, ...) decltype(name) __VA_OPT__(, SCOOP_DECLTYPES_AGAIN SCOOP_PARENS(__VA_ARGS__))
#define SCOOP_DECLTYPES_AGAIN() SCOOP_DECLTYPES

#define SCOOP_MEMBERS(n, ...)                                     \
  template <>                                                     \
  struct MembersOf<n> {                                           \
    template <class T, class F>                                   \
    static void visit(T& object, F&& f) {                         \
      auto& [__VA_ARGS__] = object;                               \
      f(__VA_ARGS__);                                             \
    }                                                             \
    template <class T>                                            \
    static auto types(T& object) {                                \
      [[maybe_unused]] auto& [__VA_ARGS__] = object;              \
      return Types<SCOOP_EXPAND(SCOOP_DECLTYPES(__VA_ARGS__))>{}; \
    }                                                             \
  };

// clang-format off
SCOOP_MEMBERS(1, a)
SCOOP_MEMBERS(2, a, b)
SCOOP_MEMBERS(3, a, b, c)
SCOOP_MEMBERS(4, a, b, c, d)
SCOOP_MEMBERS(5, a, b, c, d, e)
SCOOP_MEMBERS(6, a, b, c, d, e, g)
SCOOP_MEMBERS(7, a, b, c, d, e, g, h)
SCOOP_MEMBERS(8, a, b, c, d, e, g, h, i)
SCOOP_MEMBERS(9, a, b, c, d, e, g, h, i, j)
SCOOP_MEMBERS(10, a, b, c, d, e, g, h, i, j, k)
SCOOP_MEMBERS(11, a, b, c, d, e, g, h, i, j, k, l)
SCOOP_MEMBERS(12, a, b, c, d, e, g, h, i, j, k, l, m)
SCOOP_MEMBERS(13, a, b, c, d, e, g, h, i, j, k, l, m, o)
SCOOP_MEMBERS(14, a, b, c, d, e, g, h, i, j, k, l, m, o, p)
SCOOP_MEMBERS(15, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q)
SCOOP_MEMBERS(16, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r)
SCOOP_MEMBERS(17, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s)
SCOOP_MEMBERS(18, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t)
SCOOP_MEMBERS(19, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u)
SCOOP_MEMBERS(20, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, v)
SCOOP_MEMBERS(21, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, v, w)
SCOOP_MEMBERS(22, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, v, w, x)
SCOOP_MEMBERS(23, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, v, w, x, y)
SCOOP_MEMBERS(24, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, v, w, x, y, z)
SCOOP_MEMBERS(25, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, v, w, x, y, z, A)
SCOOP_MEMBERS(26, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, v, w, x, y, z, A, B)
SCOOP_MEMBERS(27, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, v, w, x, y, z, A, B, C)
SCOOP_MEMBERS(28, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, v, w, x, y, z, A, B, C, D)
SCOOP_MEMBERS(29, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, v, w, x, y, z, A, B, C, D, E)
SCOOP_MEMBERS(30, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, v, w, x, y, z, A, B, C, D, E, F_)
SCOOP_MEMBERS(31, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, v, w, x, y, z, A, B, C, D, E, F_, G)
SCOOP_MEMBERS(32, a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r, s, t, u, v, w, x, y, z, A, B, C, D, E, F_, G, H)
// clang-format on

#undef SCOOP_MEMBERS
#undef SCOOP_DECLTYPES_AGAIN
#undef SCOOP_DECLTYPES
#undef SCOOP_EXPAND0
#undef SCOOP_EXPAND1
#undef SCOOP_EXPAND2
#undef SCOOP_EXPAND
#undef SCOOP_PARENS

/// Types<...> of T's members as they were declared.
template <class T>
using MemberTypes = decltype(MembersOf<count_initialisers<T>()>::types(std::declval<T&>()));

}  // namespace scoop::detail
