#pragma once
#include <msgpack/adaptor/adaptor_base.hpp>
#include <msgpack/object_fwd.hpp>
#include <scoop/detail/codec/message_tree.hpp>
#include <scoop/detail/codec/sequences.hpp>
#include <scoop/detail/pack.hpp>

/// Classes with MSGPACK_DEFINE, or with an adaptor of their own for msgpack-c: msgpack-c writes and reads them. Only
/// its declarations are included here; who uses MSGPACK_DEFINE includes <msgpack.hpp>, before or after scoop.

namespace scoop::detail {

/// What msgpack_pack gets: msgpack-c's packer, but numbers in a vector go as one block, and -0.0 keeps its sign.
class ClassPacker : public Packer {
 public:
  explicit ClassPacker(Writer& out) : Packer(out), out_(out) {}

  template <class T>
  ClassPacker& pack(const T& value) {
    Packer::pack(value);
    return *this;
  }
  ClassPacker& pack(float value) { return write_float(out_, value), *this; }
  ClassPacker& pack(double value) { return write_float(out_, value), *this; }
  template <class T, class A>
    requires(bulk<T> && !byte_like<T>)
  ClassPacker& pack(const std::vector<T, A>& value) {
    Codec<std::vector<T, A>>::encode(out_, value);
    return *this;
  }

 private:
  Writer& out_;
};

template <class T>
concept has_msgpack_members = requires(T& object, const T& constant, ClassPacker& packer, const msgpack::object& tree) {
  constant.msgpack_pack(packer);
  object.msgpack_unpack(tree);
};

/// Marks the adaptors below, so that one can ask whether somebody has written others.
struct OurAdaptor {};

/// What msgpack-c's general case would fail on. Its own adaptors, and those that users write, are more specialised than
/// ours, so ours serve only types without one.
template <class T>
concept without_msgpack_members =
    (std::is_class_v<T> || std::is_union_v<T> || std::is_enum_v<T> || std::is_same_v<T, long double> ||
     (std::is_pointer_v<T> && std::is_function_v<std::remove_pointer_t<T>>)) &&
    !has_msgpack_members<T>;

template <class T>
concept has_msgpack_adaptor =
    without_msgpack_members<T> && !std::is_base_of_v<OurAdaptor, msgpack::adaptor::pack<T, void>>;

/// The message that a class of msgpack-c's is being read from or written to in this thread: values of ours inside it go
/// on with its limits.
inline thread_local Reader* outer_reader = nullptr;
inline thread_local Writer* outer_writer = nullptr;

template <class Stream>
class Outer {
 public:
  Outer(Stream*& current, Stream& stream) : current_(current), previous_(std::exchange(current, &stream)) {}
  ~Outer() { current_ = previous_; }
  Outer(const Outer&) = delete;

 private:
  Stream*& current_;
  Stream* previous_;
};

/// A value of ours inside a class of msgpack-c's: an extension that holds our bytes.
template <class Stream, class T>
void pack_inside(msgpack::packer<Stream>& packer, const T& value) {
  Writer bytes;
  if (outer_writer) bytes.depth_left = outer_writer->depth_left;
  const Nesting nesting(bytes);
  Codec<T>::encode(bytes, value);
  packer.pack_ext(checked_count(bytes.size), tag_foreign);
  packer.pack_ext_body(bytes.data, static_cast<std::uint32_t>(bytes.size));
}

template <class T, class Object>
T convert_inside(const Object& object) {
  if (object.type != msgpack::type::EXT || object.via.ext.type() != tag_foreign) {
    Reader::fail("a value inside a MSGPACK_DEFINE class was expected");
  }
  Reader in(object.via.ext.data(), object.via.ext.size);
  if (outer_reader) {
    in.depth_left = outer_reader->depth_left;
    in.claimable = std::min(in.claimable, outer_reader->claimable);
    outer_reader->claimable -= in.claimable;
  }
  const Nesting nesting(in);
  return Codec<T>::decode(in);
}

/// msgpack::object, but looked into only where T is known: its members may be defined later.
template <class T>
using ObjectFor = std::conditional_t<std::is_void_v<T>, void, msgpack::object>;

template <class T>
struct MsgpackCodec {
  using Parts = Types<>;  // msgpack-c's business

  static void encode(Writer& out, const T& value) {
    const Nesting nesting(out);
    const Outer outer(outer_writer, out);
    if constexpr (has_msgpack_members<T>) {
      ClassPacker packer(out);
      value.msgpack_pack(packer);
    } else {
      Packer packer(out);
      msgpack::adaptor::pack<T>()(packer, value);
    }
  }
  static T decode(Reader& in) {
    const Nesting nesting(in);
    const Outer outer(outer_reader, in);
    const MessageTree<ObjectFor<T>> tree(in);
    if constexpr (msgpack::has_as<T>::value) {
      return tree.root().template as<T>();
    } else {
      T value{};
      tree.root().convert(value);
      return value;
    }
  }
};

}  // namespace scoop::detail

namespace msgpack {
MSGPACK_API_VERSION_NAMESPACE(v1) {
  namespace adaptor {

  template <scoop::detail::without_msgpack_members T>
  struct pack<T, void> : scoop::detail::OurAdaptor {
    template <class Stream>
    msgpack::packer<Stream>& operator()(msgpack::packer<Stream>& packer, const T& value) const {
      scoop::detail::pack_inside(packer, value);
      return packer;
    }
  };

  template <scoop::detail::without_msgpack_members T>
  struct convert<T, void> : scoop::detail::OurAdaptor {
    const msgpack::object& operator()(const msgpack::object& object, T& value) const {
      value = scoop::detail::convert_inside<T>(object);
      return object;
    }
  };

  /// Reads what ClassPacker wrote, and what msgpack-c writes.
  template <class T, class A>
    requires(scoop::detail::bulk<T> && !scoop::detail::byte_like<T>)
  struct convert<std::vector<T, A>, void> {
    const msgpack::object& operator()(const msgpack::object& object, std::vector<T, A>& value) const {
      if (object.type == msgpack::type::EXT) {
        value = scoop::detail::Codec<std::vector<T, A>>::from_block(
            {object.via.ext.type(), {object.via.ext.data(), object.via.ext.size}});
        return object;
      }
      if (object.type != msgpack::type::ARRAY) scoop::detail::Reader::fail("a vector was expected");
      value.resize(object.via.array.size);
      for (std::uint32_t i = 0; i < object.via.array.size; ++i) object.via.array.ptr[i].convert(value[i]);
      return object;
    }
  };

  }  // namespace adaptor
}
}  // namespace msgpack
