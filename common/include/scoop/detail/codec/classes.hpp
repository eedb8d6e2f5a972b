#pragma once
#include <concepts>
#include <scoop/detail/codec/msgpack_classes.hpp>
#include <scoop/detail/codec/sequences.hpp>
#include <scoop/detail/reflect.hpp>

namespace scoop::detail {

/// std::filesystem::path, known by its looks: its header would cost every program half a second of compile time. What
/// derives from it has a lexically_normal of another type, so it is not taken for one.
template <class T>
concept path_like = requires(const T& path) {
  { path.lexically_normal() } -> std::same_as<T>;
  { path.native() } -> std::same_as<const std::string&>;
};

/// std::complex likewise: a template of one floating type with two of them in it.
template <class T>
inline constexpr bool is_complex = false;
template <template <class> class C, std::floating_point T>
inline constexpr bool is_complex<C<T>> =
    sizeof(C<T>) == 2 * sizeof(T) && std::is_trivially_copyable_v<C<T>> && requires(const C<T>& z) {
      { z.real() } -> std::same_as<T>;
      { z.imag() } -> std::same_as<T>;
      C<T>(T(), T());
    };

/// Why a class that is not known to be plain bits cannot go member by member, or none.
template <class T>
consteval Refusal class_refusal() {
  if constexpr (std::is_aggregate_v<T> && !std::is_union_v<T>)
    return reflection_refusal<T>();
  else if constexpr (!std::is_trivially_copyable_v<T> || std::is_union_v<T>)
    return Refusal::other;
  else
    return __is_literal_type(T) ? Refusal::pointer_inside : Refusal::no_constexpr;
}

enum class ClassKind { msgpack, path, complex, empty, block, members, refused };

template <class T>
consteval ClassKind class_kind() {
  if constexpr (has_msgpack_members<T> || has_msgpack_adaptor<T>)
    return ClassKind::msgpack;
  else if constexpr (is_complex<T>)
    return ClassKind::complex;
  else if constexpr (path_like<T>)
    return ClassKind::path;
  else if constexpr (std::is_empty_v<T> && std::is_trivially_copyable_v<T>)
    return ClassKind::empty;
  else if constexpr (plain_bits<T>)
    return ClassKind::block;
  else if constexpr (class_refusal<T>() == Refusal::none)
    return ClassKind::members;
  else
    return ClassKind::refused;
}

template <class T, ClassKind = class_kind<T>()>
struct ClassCodec {
  using Parts = Refused<class_refusal<T>()>;
};

template <class T>
  requires(std::is_class_v<T> || std::is_union_v<T>)
struct Codec<T> : ClassCodec<T> {};

template <class T>
struct ClassCodec<T, ClassKind::msgpack> : MsgpackCodec<T> {};

template <class T>
struct ClassCodec<T, ClassKind::path> {
  using Parts = Types<>;
  static void encode(Writer& out, const T& value) { write_string(out, value.native()); }
  static T decode(Reader& in) { return T(in.read_string()); }
};

template <class T>
struct ClassCodec<T, ClassKind::complex> {
  using Real = decltype(T().real());
  using Parts = Types<Real>;
  static constexpr bool bulk = detail::bulk<Real>;

  static void encode(Writer& out, const T& value) {
    write_array(out, 2);
    Codec<Real>::encode(out, value.real());
    Codec<Real>::encode(out, value.imag());
  }
  static T decode(Reader& in) {
    in.read_array_of(2);
    const Real real = Codec<Real>::decode(in);
    return T(real, Codec<Real>::decode(in));
  }
};

template <class T>
struct ClassCodec<T, ClassKind::empty> {
  using Parts = Types<>;
  static void encode(Writer& out, const T&) { write_nil(out); }
  static T decode(Reader& in) {
    in.read_nil();
    return std::bit_cast<T>(std::array<std::byte, sizeof(T)>{});
  }
};

/// Its bytes as they are; element_tag and size find mistakes.
template <class T>
struct ClassCodec<T, ClassKind::block> {
  using Parts = Types<>;
  static constexpr bool bulk = true;

  static void encode(Writer& out, const T& value) { write_extension(out, element_tag<T>(), &value, sizeof value); }
  static T decode(Reader& in) {
    const std::string_view bytes = checked_block<T>(in.read_extension());
    if (bytes.size() != sizeof(T)) Reader::fail("a class of another size was expected");
    return from_bits<T>(bytes.data());
  }
};

/// Member by member, in order of declaration.
template <class T>
struct ClassCodec<T, ClassKind::members> {
  using Parts = MemberTypes<T>;
  static constexpr bool may_contain_itself = true;

  static void encode(Writer& out, const T& value) {
    const Nesting nesting(out);
    constexpr std::size_t count = count_initialisers<T>();
    write_array(out, count);
    MembersOf<count>::visit(value, [&]<class... M>(const M&... member) { (Codec<M>::encode(out, member), ...); });
  }
  static T decode(Reader& in) { return decode_members(in, Parts{}); }

 private:
  template <class... M>
  static T decode_members(Reader& in, Types<M...>) {
    const Nesting nesting(in);
    in.read_array_of(sizeof...(M));
    return T{Codec<std::remove_const_t<M>>::decode(in)...};  // braces: in this order
  }
};

}  // namespace scoop::detail
