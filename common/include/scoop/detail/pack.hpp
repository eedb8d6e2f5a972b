#pragma once
#include <bit>
#include <concepts>
#include <cstdint>
#include <msgpack/pack.hpp>
#include <scoop/detail/bytes.hpp>

/// Writing MessagePack: msgpack-c's packer, and what it leaves to its callers (lengths that fit, header and body at
/// once).
namespace scoop::detail {

using Packer = msgpack::packer<Writer>;

/// A count as MessagePack carries it.
inline std::uint32_t checked_count(std::size_t count) {
  if (count > 0xffff'ffffu) [[unlikely]]
    throw EncodeError("a value has more than 2^32 - 1 elements or bytes; send it in parts");
  return static_cast<std::uint32_t>(count);
}

inline void write_array(Writer& out, std::size_t count) { Packer(out).pack_array(checked_count(count)); }
inline void write_map(Writer& out, std::size_t count) { Packer(out).pack_map(checked_count(count)); }
inline void write_nil(Writer& out) { Packer(out).pack_nil(); }

/// Not Packer::pack_double: that turns whole numbers into integers, and so loses the sign of -0.0.
template <std::floating_point T>
void write_float(Writer& out, T value) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  static_assert(sizeof(T) == sizeof(Bits) && std::endian::native == std::endian::little);
  const auto bits = std::bit_cast<Bits>(value);
  char bytes[1 + sizeof(T)] = {static_cast<char>(sizeof(T) == 4 ? 0xca : 0xcb)};
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes[1 + i] = static_cast<char>(bits >> 8 * (sizeof(T) - 1 - i));
  out.write(bytes, sizeof bytes);
}

inline void write_string(Writer& out, std::string_view text) {
  Packer(out).pack_str(checked_count(text.size()));
  out.write(text.data(), text.size());
}
inline void write_binary(Writer& out, const void* bytes, std::size_t size) {
  Packer(out).pack_bin(checked_count(size));
  out.write(static_cast<const char*>(bytes), size);
}
inline void write_extension(Writer& out, std::int8_t tag, const void* bytes, std::size_t size) {
  Packer(out).pack_ext(checked_count(size), tag);
  out.write(static_cast<const char*>(bytes), size);
}

}  // namespace scoop::detail
