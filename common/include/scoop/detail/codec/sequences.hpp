#pragma once
#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <forward_list>
#include <iterator>
#include <list>
#include <scoop/detail/codec/scalars.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scoop::detail {

/// A T from its bytes, wherever they lie.
template <class T>
T from_bits(const char* bytes) {
  std::array<char, sizeof(T)> bits;
  std::memcpy(bits.data(), bytes, sizeof(T));
  return std::bit_cast<T>(bits);
}

/// The bytes of a block that must hold elements of T.
template <class T>
std::string_view checked_block(Extension block) {
  if (block.tag != element_tag<T>() || block.bytes.size() % sizeof(T) != 0) {
    Reader::fail("a block of other elements was expected");
  }
  return block.bytes;
}

template <class Container>
void encode_elements(Writer& out, const Container& elements, std::size_t count) {
  write_array(out, count);
  for (const auto& element : elements) Codec<typename Container::value_type>::encode(out, element);
}

template <class Container>
Container decode_elements(Reader& in) {
  Container result;
  for (std::uint32_t n = in.read_array(); n > 0; --n) {
    result.push_back(Codec<typename Container::value_type>::decode(in));
  }
  return result;
}

template <class T, class A>
struct Codec<std::vector<T, A>> {
  using Parts = Types<T>;
  using Vector = std::vector<T, A>;

  static void encode(Writer& out, const Vector& value) {
    if constexpr (byte_like<T>) {
      write_binary(out, value.data(), value.size());
    } else if constexpr (bulk<T>) {
      write_extension(out, element_tag<T>(), value.data(), value.size() * sizeof(T));
    } else {
      encode_elements(out, value, value.size());
    }
  }
  static Vector decode(Reader& in) {
    if constexpr (byte_like<T>) {
      return from_bytes(in.read_binary());
    } else if constexpr (bulk<T>) {
      return from_block(in.read_extension());
    } else {
      Vector result;
      std::uint32_t n = in.read_array();
      result.reserve(n);
      for (; n > 0; --n) result.push_back(Codec<T>::decode(in));
      return result;
    }
  }

  static Vector from_block(Extension block) { return from_bytes(checked_block<T>(block)); }

 private:
  /// Each element is written once: resize would fill them all with zeros before.
  static Vector from_bytes(std::string_view bytes) {
    const std::size_t count = bytes.size() / sizeof(T);
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(T) == 0) {
      const T* first = reinterpret_cast<const T*>(bytes.data());
      return Vector(first, first + count);
    }
    // Where they are not aligned, through a buffer that stays in the first cache: memcpy's speed all the same.
    constexpr std::size_t step = std::max<std::size_t>(1, 4096 / sizeof(T));
    alignas(T) std::array<char, step * sizeof(T)> buffer;
    const T* aligned = reinterpret_cast<const T*>(buffer.data());
    Vector result;
    result.reserve(count);
    for (std::size_t i = 0; i < count; i += step) {
      const std::size_t n = std::min(step, count - i);
      std::memcpy(buffer.data(), bytes.data() + i * sizeof(T), n * sizeof(T));
      result.insert(result.end(), aligned, aligned + n);
    }
    return result;
  }
};

/// Eight a byte.
template <class A>
struct Codec<std::vector<bool, A>> {
  using Parts = Types<>;
  using Vector = std::vector<bool, A>;

  static void encode(Writer& out, const Vector& value) {
    write_array(out, 2);
    Codec<std::uint64_t>::encode(out, value.size());
    const std::size_t bytes = (value.size() + 7) / 8;
    Packer(out).pack_bin(checked_count(bytes));
    for (std::size_t i = 0; i < bytes; ++i) {
      unsigned byte = 0;
      for (std::size_t bit = 8 * i; bit < std::min(8 * i + 8, value.size()); ++bit) {
        byte |= static_cast<unsigned>(value[bit]) << (bit % 8);
      }
      const char c = static_cast<char>(byte);
      out.write(&c, 1);
    }
  }
  static Vector decode(Reader& in) {
    in.read_array_of(2);
    const auto size = in.read_integer<std::uint64_t>();
    const std::string_view bytes = in.read_binary();
    if (size > 8 * bytes.size() || bytes.size() != (size + 7) / 8) Reader::fail("a vector of bool has another length");
    Vector result(size);
    for (std::size_t i = 0; i < size; ++i) result[i] = static_cast<unsigned char>(bytes[i / 8]) >> (i % 8) & 1;
    return result;
  }
};

template <class T, std::size_t n>
struct Codec<std::array<T, n>> {
  using Parts = Types<T>;
  using Array = std::array<T, n>;
  static constexpr bool bulk = detail::bulk<T> && n != 0 && sizeof(Array) == n * sizeof(T);

  static void encode(Writer& out, const Array& value) {
    if constexpr (bulk) {
      write_extension(out, element_tag<T>(), value.data(), sizeof value);
    } else {
      encode_elements(out, value, n);
    }
  }
  static Array decode(Reader& in) {
    if constexpr (bulk) {
      const std::string_view bytes = checked_block<T>(in.read_extension());
      if (bytes.size() != sizeof(Array)) Reader::fail("an array of another length was expected");
      return from_bits<Array>(bytes.data());
    } else {
      in.read_array_of(n);
      return decode_each(in, std::make_index_sequence<n>{});
    }
  }

 private:
  template <std::size_t... I>
  static Array decode_each([[maybe_unused]] Reader& in, std::index_sequence<I...>) {
    return Array{(static_cast<void>(I), Codec<T>::decode(in))...};  // braces: in this order
  }
};

template <class T, class A>
struct Codec<std::deque<T, A>> {
  using Parts = Types<T>;
  static void encode(Writer& out, const std::deque<T, A>& value) { encode_elements(out, value, value.size()); }
  static std::deque<T, A> decode(Reader& in) { return decode_elements<std::deque<T, A>>(in); }
};

template <class T, class A>
struct Codec<std::list<T, A>> {
  using Parts = Types<T>;
  static void encode(Writer& out, const std::list<T, A>& value) { encode_elements(out, value, value.size()); }
  static std::list<T, A> decode(Reader& in) { return decode_elements<std::list<T, A>>(in); }
};

template <class T, class A>
struct Codec<std::forward_list<T, A>> {
  using Parts = Types<T>;
  using List = std::forward_list<T, A>;

  static void encode(Writer& out, const List& value) {
    encode_elements(out, value, static_cast<std::size_t>(std::distance(value.begin(), value.end())));
  }
  static List decode(Reader& in) {
    List result;
    auto last = result.before_begin();
    for (std::uint32_t n = in.read_array(); n > 0; --n) last = result.insert_after(last, Codec<T>::decode(in));
    return result;
  }
};

/// char: UTF-8 or whatever the program puts there, MessagePack does not look. Wider characters go as blocks.
template <class C, class Traits, class A>
struct Codec<std::basic_string<C, Traits, A>> {
  using Parts = Types<C>;
  using String = std::basic_string<C, Traits, A>;

  static void encode(Writer& out, const String& value) {
    if constexpr (sizeof(C) == 1) {
      write_string(out, {reinterpret_cast<const char*>(value.data()), value.size()});
    } else {
      write_extension(out, element_tag<C>(), value.data(), value.size() * sizeof(C));
    }
  }
  static String decode(Reader& in) {
    if constexpr (std::is_same_v<C, char>) {
      const std::string_view text = in.read_string();
      return String(text.data(), text.size());
    } else {
      const std::string_view bytes = sizeof(C) == 1 ? in.read_string() : checked_block<C>(in.read_extension());
      String result(bytes.size() / sizeof(C), C());
      std::memcpy(result.data(), bytes.data(), bytes.size());
      return result;
    }
  }
};

template <class C, class Traits>
struct Codec<std::basic_string_view<C, Traits>> {
  using Parts = Refused<Refusal::view>;
};
template <class T, std::size_t n>
struct Codec<std::span<T, n>> {
  using Parts = Refused<Refusal::view>;
};

}  // namespace scoop::detail
