#pragma once
#include <scoop/detail/callable.hpp>
#include <scoop/detail/decode.hpp>
#include <scoop/detail/encode.hpp>
#include <scoop/error.hpp>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace scoop::detail {

/// Elements whose vectors lie in shared memory as they are, so that they can be used there.
template <class E>
concept lies_in_place = (byte_like<E> || bulk<E>)&&std::is_trivially_copyable_v<E>;

/// The type that the compiler names in the description of a template instance: "... [with T = X]", "... [T = X]".
template <class T>
const char* described_type() {
  return __PRETTY_FUNCTION__;
}
inline std::string type_in(std::string_view description) {
  description.remove_prefix(description.find("T = ") + 4);
  description.remove_suffix(1);
  return std::string(description);
}

/// How a constant of type T lies in memory, and how a T is had of it.
template <class T>
struct SharedValue {
  static std::string type() { return type_in(described_type<T>()); }
  static consteval bool check() { return check_sent<T>(); }

  static void write(Writer& out, const T& value) { detail::encode(out, value); }
  static T read(ByteView bytes) {
    Reader in(bytes.data, bytes.size);
    return detail::decode<T>(in);
  }
};

template <class E, class A>
  requires lies_in_place<E>
struct SharedValue<std::vector<E, A>> {
  static std::string type() { return type_in(described_type<std::vector<E>>()); }
  static consteval bool check() { return check_sent<E>(); }

  static ByteView bytes(const std::vector<E, A>& value) {
    return {reinterpret_cast<const char*>(value.data()), value.size() * sizeof(E)};
  }
  static std::vector<E, A> read(ByteView bytes) {
    const E* const first = reinterpret_cast<const E*>(bytes.data);
    return std::vector<E, A>(first, first + bytes.size / sizeof(E));
  }
};

/// A view of a constant that is a vector.
template <class E>
struct SharedValue<std::span<const E>> {
  static std::string type() { return SharedValue<std::vector<E>>::type(); }
  static consteval bool check() {
    static_assert(
        lies_in_place<E>,
        "scoop: only vectors of numbers and plain classes can be viewed in place; get the std::vector itself");
    return lies_in_place<E>;
  }
  static std::span<const E> read(ByteView bytes) {
    return {reinterpret_cast<const E*>(bytes.data), bytes.size / sizeof(E)};
  }
};

[[noreturn, gnu::cold]] inline void throw_constant_error(ConstantState state, const Writer& error) {
  const std::string text(error.view());
  switch (state) {
    case ConstantState::exists:
      throw ConstantExists(text);
    case ConstantState::timed_out:
      throw TimeoutError(text);
    case ConstantState::other_type:
      throw TypeMismatch(text);
    default:
      throw Error(text);
  }
}

}  // namespace scoop::detail
