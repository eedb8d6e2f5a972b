#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace scoop::detail {

/// Whether T's bits mean the same in another process: no pointer, reference, `this` or union inside. bit_cast is a
/// constant expression only without these, and that can be asked.
template <class T>
concept constant_bits =
    requires { typename std::bool_constant<((void)std::bit_cast<T>(std::array<std::byte, sizeof(T)>{}), true)>; };

/// Classes that are sent as the block of bytes that they are, C arrays, bases and private members included.
///
/// Padding between members is sent too, with whatever it holds: equal values may be unequal bytes. What a number inside
/// refers to (a file descriptor, an index) nobody can know.
template <class T>
concept plain_bits = std::is_class_v<T> && !std::is_empty_v<T> && std::is_trivially_copyable_v<T> &&
                     std::is_copy_constructible_v<T> && constant_bits<T>;

template <class T>
concept byte_like = sizeof(T) == 1 &&
                    (std::is_integral_v<T> || std::is_same_v<T, std::byte>)&&!std::is_same_v<std::remove_cv_t<T>, bool>;

/// Elements that are sent in bulk. Not bool: its bytes have to be checked.
template <class T>
concept bulk_number = std::is_arithmetic_v<T> && !std::is_same_v<std::remove_cv_t<T>, bool> && sizeof(T) <= 8;

/// Tags of MessagePack extensions. The element tags only find damage and mistakes: sender and receiver run the same
/// binary.
inline constexpr std::int8_t tag_foreign = 0x01;  // a value of ours inside a MSGPACK_DEFINE class
inline constexpr std::int8_t tag_exact = 0x02;    // a long double

template <class T>
constexpr std::int8_t element_tag() {
  if constexpr (std::is_enum_v<T>) {
    return element_tag<std::underlying_type_t<T>>();
  } else if constexpr (std::is_arithmetic_v<T>) {
    const int kind = std::is_floating_point_v<T> ? 8 : std::is_signed_v<T> ? 4 : 0;
    return static_cast<std::int8_t>(0x10 | kind | std::countr_zero(sizeof(T)));
  } else {
    return static_cast<std::int8_t>(0x40 | (sizeof(T) & 0x3f));
  }
}

}  // namespace scoop::detail
