#pragma once
#include <concepts>
#include <type_traits>

namespace scoop {
namespace detail {

template <class... T>
struct Types {};

/// Why a type cannot be sent; callable.hpp has the sentences.
enum class Refusal {
  none,
  pointer,
  reference,
  view,
  function_object,
  shared_pointer,
  polymorphic,
  too_many_members,
  base,
  array_member,
  no_constexpr,    // perhaps plain data, but the compiler cannot be asked
  pointer_inside,  // bits that are not plain
  other
};

template <Refusal why>
struct Refused {};

/// How values of T are written and read: one specialisation a family of types (codec/*.hpp), each with
///
///     using Parts = Types<...>;                      // what T carries: T can be sent when all of these can
///     static void encode(Writer&, const T&);
///     static T decode(Reader&);
///     static constexpr bool bulk = true;             // optional: T is its bits, so many go as one block
///     static constexpr bool may_contain_itself = true;  // optional
///
/// or, for what cannot be sent, only `using Parts = Refused<why>`.
template <class T>
struct Codec {
  using Parts = Refused<Refusal::other>;
};

template <class T>
concept bulk = requires { requires Codec<T>::bulk; };

template <class T>
concept may_contain_itself = requires { requires Codec<T>::may_contain_itself; };

template <class T, class... Seen>
consteval Refusal refusal(Types<Seen...>);

template <Refusal why, class... Seen>
consteval Refusal first_refusal(Refused<why>, Types<Seen...>) {
  return why;
}
template <class... Part, class... Seen>
consteval Refusal first_refusal(Types<Part...>, [[maybe_unused]] Types<Seen...> seen) {
  Refusal found = Refusal::none;
  static_cast<void>((((found = refusal<Part>(seen)) == Refusal::none) && ...));
  return found;
}

/// The first reason against T, or none. `Seen` are the classes being asked about: one that comes up again inside itself
/// is no reason (coinduction), which is what makes `struct Node { std::vector<Node> kids; }` work.
template <class T, class... Seen>
consteval Refusal refusal([[maybe_unused]] Types<Seen...> seen) {
  if constexpr (std::is_reference_v<T>) {
    return Refusal::reference;
  } else if constexpr (std::is_const_v<T>) {
    return refusal<std::remove_const_t<T>>(seen);
  } else if constexpr (!may_contain_itself<T>) {
    return first_refusal(typename Codec<T>::Parts{}, seen);
  } else if constexpr ((std::same_as<T, Seen> || ...)) {
    return Refusal::none;
  } else {
    return first_refusal(typename Codec<T>::Parts{}, Types<T, Seen...>{});
  }
}

}  // namespace detail

/// Whether values of T can be sent to another worker. The list is in the manual, chapter "What can be sent".
template <class T>
concept serialisable = detail::refusal<std::remove_cv_t<T>>(detail::Types<>{}) == detail::Refusal::none;

}  // namespace scoop
