#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <scoop/error.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace scoop::detail {

/// How deep classes may be nested in a value, written or read: a list made of unique_ptr has one level an element, one
/// of MSGPACK_DEFINE classes three. Measured at most 430 bytes of stack a level with optimisation, 1.6 KiB without and
/// under address or thread sanitizer, so all levels together take under a quarter of 8 MiB.
inline constexpr std::uint32_t max_depth = 1000;

/// What one task's callable and arguments, or its result, may take as bytes. A part of a map counts as one task, and is
/// divided where it takes more.
inline constexpr std::size_t max_value_bytes = std::size_t{1} << 30;

/// Bytes being written. Plain layout, since it crosses between plugin and libscoop; whoever made it frees it.
///
/// Errors: `write` throws std::bad_alloc, or EncodeError where it would pass the limit, and then has written nothing.
struct Writer {
  char* data = nullptr;  // malloc'd
  std::size_t size = 0;
  std::size_t capacity = 0;
  std::size_t limit = max_value_bytes;
  std::uint32_t depth_left = max_depth;
  bool was_full = false;  // a write would have passed the limit

  Writer() = default;
  explicit Writer(std::size_t most) : limit(most) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  Writer(Writer&& other) noexcept { swap(other); }
  Writer& operator=(Writer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Writer() { std::free(data); }

  [[gnu::always_inline]] void write(const char* bytes, std::size_t count) {
    if (capacity - size < count) [[unlikely]]
      grow(count);
    if (count != 0) std::memcpy(data + size, bytes, count);
    size += count;
  }
  void clear() { size = 0; }
  std::string_view view() const { return {data, size}; }

 private:
  [[gnu::noinline]] void grow(std::size_t count) {
    if (size > limit || count > limit - size) fail(count);
    std::size_t wanted = size + count;
    if (wanted < 2 * capacity) wanted = 2 * capacity;
    if (wanted < 64) wanted = 64;
    void* larger = std::realloc(data, wanted);
    if (!larger) throw std::bad_alloc();
    data = static_cast<char*>(larger);
    capacity = wanted;
  }
  [[noreturn, gnu::noinline, gnu::cold]] void fail(std::size_t count) {
    was_full = true;
    throw EncodeError("arguments or a result of " + std::to_string(size + count) +
                      " bytes or more cannot be sent to another worker, which takes " + std::to_string(limit) +
                      "; send them in parts");
  }
  void swap(Writer& other) noexcept {
    std::swap(data, other.data);
    std::swap(size, other.size);
    std::swap(capacity, other.capacity);
    std::swap(limit, other.limit);
    std::swap(depth_left, other.depth_left);
    std::swap(was_full, other.was_full);
  }
};

/// A MessagePack extension: numbers in bulk, plain classes, and whatever else has no type of MessagePack's own.
struct Extension {
  std::int8_t tag;
  std::string_view bytes;
};

/// Typed reader of MessagePack. Owns nothing; what it returns points into the bytes read.
///
/// Errors: every read throws DecodeError when the bytes hold something else or end too early; the reader is then of no
///         further use. No count is believed: all counts read from one message together name at most as many elements
///         as the message has bytes, so memory use is linear in its size, however nested.
struct Reader {
  const char* at = nullptr;
  const char* end = nullptr;
  std::size_t claimable = 0;  // elements that further counts may name
  std::uint32_t depth_left = max_depth;
  std::uint32_t attempt = 1;  // of a result: which attempt at its task it is of

  Reader() = default;
  Reader(const char* bytes, std::size_t size) : at(bytes), end(bytes + size), claimable(size) {}
  explicit Reader(std::string_view bytes) : Reader(bytes.data(), bytes.size()) {}

  std::size_t left() const { return static_cast<std::size_t>(end - at); }
  unsigned char peek() const {
    if (at == end) [[unlikely]]
      fail("more bytes were expected");
    return static_cast<unsigned char>(*at);
  }
  bool is_nil() const { return peek() == 0xc0; }

  void read_nil() {
    if (peek() != 0xc0) fail("nil was expected");
    ++at;
  }
  bool read_bool() {
    const unsigned char byte = peek();
    if (byte != 0xc2 && byte != 0xc3) fail("true or false was expected");
    ++at;
    return byte == 0xc3;
  }
  template <class T>
  T read_integer() {
    const unsigned char byte = peek();
    if (byte < 0x80) {  // most numbers are small
      ++at;
      return static_cast<T>(byte);
    }
    return read_wide_integer<T>();
  }
  float read_float() {
    if (peek() != 0xca) fail("a float was expected");
    ++at;
    return std::bit_cast<float>(take<std::uint32_t>());
  }
  double read_double() {
    if (peek() != 0xcb) fail("a double was expected");
    ++at;
    return std::bit_cast<double>(take<std::uint64_t>());
  }
  std::string_view read_string() {
    const unsigned char byte = peek();
    ++at;
    if ((byte & 0xe0) == 0xa0) return take_bytes(byte & 0x1f);
    if (byte < 0xd9 || byte > 0xdb) fail("a string was expected");
    return take_bytes(take_length(byte - 0xd9u));
  }
  std::string_view read_binary() { return take_bytes(read_binary_size()); }
  /// What comes before the bytes.
  std::size_t read_binary_size() {
    const unsigned char byte = peek();
    ++at;
    if (byte < 0xc4 || byte > 0xc6) fail("bytes were expected");
    return take_length(byte - 0xc4u);
  }
  Extension read_extension() {
    const unsigned char byte = peek();
    ++at;
    std::size_t size;
    if (byte >= 0xd4 && byte <= 0xd8) {
      size = std::size_t{1} << (byte - 0xd4);
    } else if (byte >= 0xc7 && byte <= 0xc9) {
      size = take_length(byte - 0xc7u);
    } else {
      fail("an extension was expected");
    }
    const auto tag = static_cast<std::int8_t>(take<std::uint8_t>());
    return {tag, take_bytes(size)};
  }
  std::uint32_t read_array() {
    const unsigned char byte = peek();
    ++at;
    if ((byte & 0xf0) == 0x90) return claim(byte & 0x0f, 1);
    if (byte != 0xdc && byte != 0xdd) fail("an array was expected");
    return claim(take_length(byte - 0xdcu + 1), 1);
  }
  void read_array_of(std::uint32_t size) {
    if (read_array() != size) fail("an array of another length was expected");
  }
  std::uint32_t read_map() {
    const unsigned char byte = peek();
    ++at;
    if ((byte & 0xf0) == 0x80) return claim(byte & 0x0f, 2);
    if (byte != 0xde && byte != 0xdf) fail("a map was expected");
    return claim(take_length(byte - 0xdeu + 1), 2);
  }

  std::string_view take_bytes(std::size_t count) {
    if (left() < count) fail("the bytes end too early");
    const char* from = at;
    at += count;
    return {from, count};
  }
  /// A number in network byte order.
  template <class U>
  U take() {
    if (left() < sizeof(U)) fail("the bytes end too early");
    U value;
    std::memcpy(&value, at, sizeof(U));
    at += sizeof(U);
    if constexpr (sizeof(U) == 2) value = __builtin_bswap16(value);
    if constexpr (sizeof(U) == 4) value = __builtin_bswap32(value);
    if constexpr (sizeof(U) == 8) value = __builtin_bswap64(value);
    return value;
  }

  [[noreturn, gnu::noinline, gnu::cold]] static void fail(const char* reason) {
    throw DecodeError(std::string("the bytes of a value are damaged: ") + reason);
  }

 private:
  /// A length of 1, 2 or 4 bytes.
  std::size_t take_length(unsigned log2_size) {
    if (log2_size == 0) return take<std::uint8_t>();
    if (log2_size == 1) return take<std::uint16_t>();
    return take<std::uint32_t>();
  }
  std::uint32_t claim(std::size_t count, std::size_t each) {
    if (count * each > claimable) [[unlikely]]
      fail("a count is larger than the message");
    claimable -= count * each;
    return static_cast<std::uint32_t>(count);
  }
  template <class T, class V>
  static T narrowed(V value) {
    const T result = static_cast<T>(value);
    if (static_cast<V>(result) != value || (result < T{}) != (value < V{})) fail("a number is out of range");
    return result;
  }
  template <class T>
  T read_wide_integer() {
    const auto byte = static_cast<unsigned char>(*at++);
    if (byte >= 0xe0) return narrowed<T>(static_cast<std::int8_t>(byte));
    switch (byte) {
      case 0xcc:
        return narrowed<T>(take<std::uint8_t>());
      case 0xcd:
        return narrowed<T>(take<std::uint16_t>());
      case 0xce:
        return narrowed<T>(take<std::uint32_t>());
      case 0xcf:
        return narrowed<T>(take<std::uint64_t>());
      case 0xd0:
        return narrowed<T>(static_cast<std::int8_t>(take<std::uint8_t>()));
      case 0xd1:
        return narrowed<T>(static_cast<std::int16_t>(take<std::uint16_t>()));
      case 0xd2:
        return narrowed<T>(static_cast<std::int32_t>(take<std::uint32_t>()));
      case 0xd3:
        return narrowed<T>(static_cast<std::int64_t>(take<std::uint64_t>()));
      default:
        fail("an integer was expected");
    }
  }
};

/// One level deeper while it lives: keeps recursive types from exhausting the stack, on either side.
template <class Stream>
class Nesting {
 public:
  explicit Nesting(Stream& stream) : stream_(stream) {
    if (stream_.depth_left == 0) [[unlikely]]
      fail();
    --stream_.depth_left;
  }
  ~Nesting() { ++stream_.depth_left; }
  Nesting(const Nesting&) = delete;

 private:
  [[noreturn, gnu::noinline, gnu::cold]] static void fail() {
    const auto text = "a value is nested deeper than " + std::to_string(max_depth) + " levels";
    if constexpr (std::is_same_v<Stream, Reader>) throw DecodeError(text);
    throw EncodeError(text + "; send long chains as a vector");
  }
  Stream& stream_;
};

}  // namespace scoop::detail
