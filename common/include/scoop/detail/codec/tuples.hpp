#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <scoop/detail/codec/scalars.hpp>
#include <tuple>
#include <utility>
#include <variant>

namespace scoop::detail {

template <class A, class B>
struct Codec<std::pair<A, B>> {
  using Parts = Types<A, B>;
  static void encode(Writer& out, const std::pair<A, B>& value) {
    write_array(out, 2);
    Codec<std::remove_const_t<A>>::encode(out, value.first);
    Codec<std::remove_const_t<B>>::encode(out, value.second);
  }
  static std::pair<A, B> decode(Reader& in) {
    in.read_array_of(2);
    return {Codec<std::remove_const_t<A>>::decode(in), Codec<std::remove_const_t<B>>::decode(in)};
  }
};

template <class... T>
struct Codec<std::tuple<T...>> {
  using Parts = Types<T...>;
  static void encode(Writer& out, const std::tuple<T...>& value) {
    write_array(out, sizeof...(T));
    std::apply([&](const auto&... part) { (Codec<std::remove_const_t<T>>::encode(out, part), ...); }, value);
  }
  static std::tuple<T...> decode(Reader& in) {
    in.read_array_of(sizeof...(T));
    return std::tuple<T...>{Codec<std::remove_const_t<T>>::decode(in)...};  // braces: in this order
  }
};

/// None is an empty array, a value an array of one: nil would not do, since a value may be nil itself.
template <class T>
struct Codec<std::optional<T>> {
  using Parts = Types<T>;
  static void encode(Writer& out, const std::optional<T>& value) {
    write_array(out, value.has_value());
    if (value) Codec<T>::encode(out, *value);
  }
  static std::optional<T> decode(Reader& in) {
    const std::uint32_t count = in.read_array();
    if (count > 1) Reader::fail("an optional value was expected");
    if (count == 0) return std::nullopt;
    return std::optional<T>(Codec<T>::decode(in));
  }
};

/// What a pointer to a base class points to would lose its derived part, and how long an array is nobody knows.
template <class T>
struct Codec<std::unique_ptr<T>> {
  using Parts = std::conditional_t<
      std::is_array_v<T>, Refused<Refusal::pointer>,
      std::conditional_t<std::is_polymorphic_v<T> && !std::is_final_v<T>, Refused<Refusal::polymorphic>, Types<T>>>;
  static void encode(Writer& out, const std::unique_ptr<T>& value) {
    write_array(out, value != nullptr);
    if (value) Codec<T>::encode(out, *value);
  }
  static std::unique_ptr<T> decode(Reader& in) {
    const std::uint32_t count = in.read_array();
    if (count > 1) Reader::fail("an optional value was expected");
    if (count == 0) return nullptr;
    return std::unique_ptr<T>(new T(Codec<T>::decode(in)));
  }
};

template <class T, class Deleter>
struct Codec<std::unique_ptr<T, Deleter>> {
  using Parts = Refused<Refusal::pointer>;
};
template <class... T>
struct Codec<std::variant<T...>> {
  using Parts = Types<T...>;
  using Variant = std::variant<T...>;

  static void encode(Writer& out, const Variant& value) {
    if (value.valueless_by_exception()) throw EncodeError("a variant without a value cannot be sent");
    write_array(out, 2);
    Codec<std::uint32_t>::encode(out, static_cast<std::uint32_t>(value.index()));
    std::visit([&]<class V>(const V& v) { Codec<V>::encode(out, v); }, value);
  }
  static Variant decode(Reader& in) {
    in.read_array_of(2);
    const auto index = in.read_integer<std::uint32_t>();
    if (index >= sizeof...(T)) Reader::fail("a variant has no such alternative");
    return decode_one(in, index, std::index_sequence_for<T...>{});
  }

 private:
  template <std::size_t i>
  static Variant decode_alternative(Reader& in) {
    using V = std::variant_alternative_t<i, Variant>;
    return Variant(std::in_place_index<i>, Codec<V>::decode(in));
  }
  template <std::size_t... I>
  static Variant decode_one(Reader& in, std::size_t index, std::index_sequence<I...>) {
    static constexpr Variant (*alternatives[])(Reader&) = {&decode_alternative<I>...};
    return alternatives[index](in);
  }
};

template <class T>
struct Codec<std::shared_ptr<T>> {
  using Parts = Refused<Refusal::shared_pointer>;
};
template <class T>
struct Codec<std::weak_ptr<T>> {
  using Parts = Refused<Refusal::shared_pointer>;
};
template <class T>
struct Codec<std::reference_wrapper<T>> {
  using Parts = Refused<Refusal::reference>;
};
template <class Signature>
struct Codec<std::function<Signature>> {
  using Parts = Refused<Refusal::function_object>;
};

}  // namespace scoop::detail
