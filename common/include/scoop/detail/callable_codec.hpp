#pragma once
#include <array>
#include <bit>
#include <scoop/callable.hpp>
#include <scoop/detail/decode.hpp>
#include <scoop/detail/encode.hpp>
#include <type_traits>
#include <utility>

namespace scoop::detail {

/// Functions; not those with C variable arguments, which have no types to check and send.
template <class F>
inline constexpr bool is_function_pointer = false;
template <class R, class... A, bool no_throw>
inline constexpr bool is_function_pointer<R (*)(A...) noexcept(no_throw)> = true;

/// Nothing to send: its type says all. Lambdas without captures, std::plus<>.
template <class F>
concept stateless = std::is_class_v<F> && std::is_empty_v<F> && std::is_trivially_copyable_v<F>;

template <class F>
inline constexpr bool is_bound = false;
template <class F, class... B>
inline constexpr bool is_bound<Bound<F, B...>> = true;

template <class F>
inline constexpr bool is_sendable_callable =
    is_function_pointer<F> || std::is_member_pointer_v<F> || stateless<F> || (std::is_class_v<F> && serialisable<F>);
template <class F, class... B>
inline constexpr bool is_sendable_callable<Bound<F, B...>> = is_sendable_callable<F> && (serialisable<B> && ...);

/// What can be the callable of a task, by its own type; whether it takes the arguments is another question.
template <class F>
concept sendable_callable = is_sendable_callable<F>;

/// How a callable of type F is written and read. Those of plain data, members or MSGPACK_DEFINE go as values do.
template <class F>
struct CallableCodec : Codec<F> {};

template <stateless F>
struct CallableCodec<F> {
  static void encode(Writer&, const F&) {}
  static F decode(Reader&) { return std::bit_cast<F>(std::array<std::byte, sizeof(F)>{}); }
};

/// The Itanium C++ ABI's pair. `function` is an address, or one more than an offset in the virtual table, which makes
/// it odd; null: 0.
struct MemberFunction {
  std::uintptr_t function;
  std::ptrdiff_t adjustment;
};

template <class F>
  requires std::is_member_function_pointer_v<F>
struct CallableCodec<F> {
  static_assert(sizeof(F) == sizeof(MemberFunction));

  static bool is_virtual(std::uintptr_t function) { return (function & 1) != 0; }

  static void encode(Writer& out, const F& f) {
    const auto member = std::bit_cast<MemberFunction>(f);
    Codec<std::ptrdiff_t>::encode(out, member.adjustment);
    Codec<bool>::encode(out, is_virtual(member.function));
    if (is_virtual(member.function))
      Codec<std::uintptr_t>::encode(out, member.function);
    else
      encode_code(out, reinterpret_cast<const void*>(member.function));
  }
  static F decode(Reader& in) {
    MemberFunction member{};
    member.adjustment = Codec<std::ptrdiff_t>::decode(in);
    if (Codec<bool>::decode(in)) {
      member.function = Codec<std::uintptr_t>::decode(in);
      if (!is_virtual(member.function)) Reader::fail("a virtual function was expected");
    } else {
      member.function = reinterpret_cast<std::uintptr_t>(decode_code(in));
    }
    return std::bit_cast<F>(member);
  }
};

/// The offset of the member in its class.
template <class T, class C>
  requires(!std::is_function_v<T>)
struct CallableCodec<T C::*> {
  using Member = T C::*;

  static void encode(Writer& out, const Member& member) {
    if (!member) throw EncodeError("a null pointer to a member cannot be called");
    Codec<std::ptrdiff_t>::encode(out, std::bit_cast<std::ptrdiff_t>(member));
  }
  static Member decode(Reader& in) {
    const auto offset = Codec<std::ptrdiff_t>::decode(in);
    if (offset < 0 || static_cast<std::size_t>(offset) + sizeof(T) > sizeof(C)) Reader::fail("a member was expected");
    return std::bit_cast<Member>(offset);
  }
};

template <class F, class... B>
struct CallableCodec<Bound<F, B...>> {
  static void encode(Writer& out, const Bound<F, B...>& f) {
    CallableCodec<F>::encode(out, f.callable);
    std::apply([&](const B&... values) { (Codec<B>::encode(out, values), ...); }, f.bound);
  }
  static Bound<F, B...> decode(Reader& in) {
    auto callable = CallableCodec<F>::decode(in);
    return {std::move(callable), std::tuple<B...>{Codec<B>::decode(in)...}};
  }
};

template <sendable_callable F>
void encode_callable(Writer& out, const F& f) {
  CallableCodec<F>::encode(out, f);
}
template <sendable_callable F>
F decode_callable(Reader& in) {
  return CallableCodec<F>::decode(in);
}

/// Apart, so that a submit, which seldom needs it, is small enough to be inlined.
[[gnu::noinline, gnu::cold]] inline void look_up_code(const void* code) {
  Writer out;
  encode_code(out, code);
}

/// At submit: a function that has no name in other processes is refused here, where the user sees which call it was.
/// Worker thread only.
template <class F>
void check_code(const F& f) {
  if constexpr (is_function_pointer<F>) {
    static F last_good = nullptr;  // a function is mostly submitted many times in a row
    if (f == last_good && f) return;
    look_up_code(reinterpret_cast<const void*>(f));
    last_good = f;
  } else if constexpr (std::is_function_v<F>) {
    check_code<F*>(f);
  } else if constexpr (std::is_member_pointer_v<F>) {
    Writer out;
    CallableCodec<F>::encode(out, f);
  } else if constexpr (is_bound<F>) {
    check_code(f.callable);
  }
}

}  // namespace scoop::detail
