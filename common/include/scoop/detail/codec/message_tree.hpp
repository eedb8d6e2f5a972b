#pragma once
#include <memory>
#include <msgpack/object_fwd.hpp>
#include <scoop/detail/bytes.hpp>
#include <type_traits>
#include <vector>

namespace scoop::detail {

/// A message as the tree of msgpack::object that msgpack_unpack wants. msgpack-c's own parser allocates what a count
/// claims; this one keeps to the limits of the reader.
///
/// Lifetime: strings, bytes and extensions point into the bytes read, arrays into this tree.
template <class Object>
class MessageTree {
 public:
  explicit MessageTree(Reader& in) { read(in, root_); }
  const Object& root() const { return root_; }

 private:
  using Pair = std::remove_pointer_t<decltype(Object{}.via.map.ptr)>;

  void read(Reader& in, Object& to) {
    const unsigned char byte = in.peek();
    if (byte < 0x80 || byte == 0xcc || byte == 0xcd || byte == 0xce || byte == 0xcf) {
      to.type = msgpack::type::POSITIVE_INTEGER;
      to.via.u64 = in.read_integer<std::uint64_t>();
    } else if (byte >= 0xe0 || (byte >= 0xd0 && byte <= 0xd3)) {
      to.via.i64 = in.read_integer<std::int64_t>();
      to.type = to.via.i64 < 0 ? msgpack::type::NEGATIVE_INTEGER : msgpack::type::POSITIVE_INTEGER;
    } else if ((byte & 0xf0) == 0x90 || byte == 0xdc || byte == 0xdd) {
      read_array(in, to);
    } else if ((byte & 0xf0) == 0x80 || byte == 0xde || byte == 0xdf) {
      read_map(in, to);
    } else if ((byte & 0xe0) == 0xa0 || (byte >= 0xd9 && byte <= 0xdb)) {
      const std::string_view text = in.read_string();
      to.type = msgpack::type::STR;
      to.via.str.ptr = text.data();
      to.via.str.size = static_cast<std::uint32_t>(text.size());
    } else {
      read_other(in, byte, to);
    }
  }

  void read_other(Reader& in, unsigned char byte, Object& to) {
    if (byte == 0xc0) {
      in.read_nil();
      to.type = msgpack::type::NIL;
    } else if (byte == 0xc2 || byte == 0xc3) {
      to.type = msgpack::type::BOOLEAN;
      to.via.boolean = in.read_bool();
    } else if (byte == 0xca) {
      to.type = msgpack::type::FLOAT32;
      to.via.f64 = in.read_float();
    } else if (byte == 0xcb) {
      to.type = msgpack::type::FLOAT64;
      to.via.f64 = in.read_double();
    } else if (byte >= 0xc4 && byte <= 0xc6) {
      const std::string_view bytes = in.read_binary();
      to.type = msgpack::type::BIN;
      to.via.bin.ptr = bytes.data();
      to.via.bin.size = static_cast<std::uint32_t>(bytes.size());
    } else {
      const Extension extension = in.read_extension();
      to.type = msgpack::type::EXT;
      to.via.ext.ptr = extension.bytes.data() - 1;  // the tag lies in front of the bytes
      to.via.ext.size = static_cast<std::uint32_t>(extension.bytes.size());
    }
  }

  void read_array(Reader& in, Object& to) {
    const Nesting nesting(in);
    const std::uint32_t size = in.read_array();
    to.type = msgpack::type::ARRAY;
    to.via.array.size = size;
    to.via.array.ptr = keep(arrays_, size);
    for (std::uint32_t i = 0; i < size; ++i) read(in, to.via.array.ptr[i]);
  }

  void read_map(Reader& in, Object& to) {
    const Nesting nesting(in);
    const std::uint32_t size = in.read_map();
    to.type = msgpack::type::MAP;
    to.via.map.size = size;
    to.via.map.ptr = keep(maps_, size);
    for (std::uint32_t i = 0; i < size; ++i) {
      read(in, to.via.map.ptr[i].key);
      read(in, to.via.map.ptr[i].val);
    }
  }

  template <class T>
  static T* keep(std::vector<std::unique_ptr<T[]>>& kept, std::uint32_t size) {
    return kept.emplace_back(new T[size]).get();
  }

  Object root_;
  std::vector<std::unique_ptr<Object[]>> arrays_;
  std::vector<std::unique_ptr<Pair[]>> maps_;
};

}  // namespace scoop::detail
