#pragma once
#include <bit>
#include <chrono>
#include <concepts>
#include <scoop/detail/abi.hpp>
#include <scoop/detail/pack.hpp>
#include <scoop/detail/plain_bits.hpp>
#include <scoop/detail/serialisable.hpp>
#include <string>
#include <type_traits>
#include <variant>

namespace scoop::detail {

template <std::integral T>
struct Codec<T> {
  using Parts = Types<>;
  static constexpr bool bulk = bulk_number<T>;

  static void encode(Writer& out, T value) {
    if constexpr (std::same_as<T, bool>) {
      value ? Packer(out).pack_true() : Packer(out).pack_false();
    } else if constexpr (std::is_signed_v<T>) {
      sizeof(T) <= 4 ? Packer(out).pack_int32(static_cast<std::int32_t>(value)) : Packer(out).pack_int64(value);
    } else {
      sizeof(T) <= 4 ? Packer(out).pack_uint32(static_cast<std::uint32_t>(value)) : Packer(out).pack_uint64(value);
    }
  }
  static T decode(Reader& in) {
    if constexpr (std::same_as<T, bool>) {
      return in.read_bool();
    } else {
      return in.read_integer<T>();
    }
  }
};

template <std::floating_point T>
struct Codec<T> {
  using Parts = Types<>;
  static constexpr bool bulk = bulk_number<T>;
  static constexpr std::size_t meaningful = 10;  // bytes of a long double; the rest is padding

  static void encode(Writer& out, T value) {
    if constexpr (sizeof(T) <= 8) {
      write_float(out, value);
    } else {
      write_extension(out, tag_exact, &value, meaningful);
    }
  }
  static T decode(Reader& in) {
    if constexpr (std::same_as<T, float>) {
      return in.read_float();
    } else if constexpr (sizeof(T) == 8) {
      return static_cast<T>(in.read_double());
    } else {
      const Extension bits = in.read_extension();
      if (bits.tag != tag_exact || bits.bytes.size() != meaningful) Reader::fail("a long double was expected");
      T value{};
      std::memcpy(&value, bits.bytes.data(), meaningful);
      return value;
    }
  }
};
static_assert(std::numeric_limits<long double>::digits == 64 || sizeof(long double) == 8,
              "scoop knows the long double of x86 only");

template <class T>
  requires std::is_enum_v<T>
struct Codec<T> {
  using Raw = std::underlying_type_t<T>;
  using Parts = Types<Raw>;
  static constexpr bool bulk = bulk_number<Raw>;

  static void encode(Writer& out, T value) { Codec<Raw>::encode(out, static_cast<Raw>(value)); }
  static T decode(Reader& in) { return static_cast<T>(Codec<Raw>::decode(in)); }
};

template <>
struct Codec<std::monostate> {
  using Parts = Types<>;
  static void encode(Writer& out, std::monostate) { write_nil(out); }
  static std::monostate decode(Reader& in) {
    in.read_nil();
    return {};
  }
};

template <class Rep, class Period>
struct Codec<std::chrono::duration<Rep, Period>> {
  using Parts = Types<Rep>;
  using Duration = std::chrono::duration<Rep, Period>;
  static constexpr bool bulk = detail::bulk<Rep> && sizeof(Duration) == sizeof(Rep);

  static void encode(Writer& out, const Duration& value) { Codec<Rep>::encode(out, value.count()); }
  static Duration decode(Reader& in) { return Duration(Codec<Rep>::decode(in)); }
};

template <class Clock, class Duration>
struct Codec<std::chrono::time_point<Clock, Duration>> {
  using Parts = Types<Duration>;
  using Point = std::chrono::time_point<Clock, Duration>;
  static constexpr bool bulk = detail::bulk<Duration> && sizeof(Point) == sizeof(Duration);

  static void encode(Writer& out, const Point& value) { Codec<Duration>::encode(out, value.time_since_epoch()); }
  static Point decode(Reader& in) { return Point(Codec<Duration>::decode(in)); }
};

/// Moves the sentence that a C function left behind `size` out of the writer.
inline std::string take_sentence(Writer& out, std::size_t size) {
  std::string sentence(out.data + size, out.size - size);
  out.size = size;
  return sentence;
}

inline void encode_code(Writer& out, const void* code) {
  const std::size_t size = out.size;
  if (!scoop_encode_code(code, &out)) throw EncodeError(take_sentence(out, size));
}
inline const void* decode_code(Reader& in) {
  Writer error;
  const void* code = scoop_decode_code(&in, &error);
  if (!code) throw DecodeError(take_sentence(error, 0));
  return code;
}

/// Pointers to functions; the only type that needs libscoop.
template <class R, class... A, bool no_throw>
struct Codec<R (*)(A...) noexcept(no_throw)> {
  using Parts = Types<>;
  using Function = R (*)(A...) noexcept(no_throw);

  static void encode(Writer& out, Function function) {
    if (!function) return write_nil(out);
    encode_code(out, reinterpret_cast<const void*>(function));
  }
  static Function decode(Reader& in) {
    if (in.is_nil()) return in.read_nil(), nullptr;
    return reinterpret_cast<Function>(const_cast<void*>(decode_code(in)));
  }
};

template <class T>
struct Codec<T*> {
  using Parts = Refused<Refusal::pointer>;
};
template <>
struct Codec<std::nullptr_t> {
  using Parts = Refused<Refusal::pointer>;
};
template <class T, class C>
struct Codec<T C::*> {
  using Parts = Refused<Refusal::pointer>;
};

}  // namespace scoop::detail
