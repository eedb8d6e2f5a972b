#pragma once
#include <array>
#include <bit>
#include <cstring>
#include <scoop/callable.hpp>
#include <scoop/detail/decode.hpp>
#include <scoop/detail/encode.hpp>
#include <type_traits>
#include <utility>

namespace scoop::detail {

template <class F>
inline constexpr bool is_function_pointer = std::is_pointer_v<F> && std::is_function_v<std::remove_pointer_t<F>>;

/// Nothing to send: its type says all. Lambdas without captures, std::plus<>.
template <class F>
concept stateless = std::is_class_v<F> && std::is_empty_v<F> && std::is_trivially_copyable_v<F>;

template <class F>
inline constexpr bool is_bound = false;
template <class F, class... B>
inline constexpr bool is_bound<Bound<F, B...>> = true;

template <class F>
inline constexpr bool is_sendable_callable =
    is_function_pointer<F> || std::is_member_function_pointer_v<F> || stateless<F> || serialisable<F>;
template <class F, class... B>
inline constexpr bool is_sendable_callable<Bound<F, B...>> = is_sendable_callable<F> && (serialisable<B> && ...);

template <class F>
concept sendable_callable = is_sendable_callable<F>;

/// How a member function pointer is stored: the Itanium ABI's pair. Odd: one more than an offset in the virtual table;
/// even: an address.
struct MemberPointer {
  std::uintptr_t function;
  std::ptrdiff_t adjustment;
};

template <class F>
void encode_callable(Writer& out, const F& f);
template <class F>
F decode_callable(Reader& in);

template <class F>
struct CallableCodec {
  static void encode(Writer& out, const F& f) {
    if constexpr (std::is_member_function_pointer_v<F>) {
      const auto pointer = std::bit_cast<MemberPointer>(f);
      const bool is_virtual = (pointer.function & 1) != 0;
      Codec<std::ptrdiff_t>::encode(out, pointer.adjustment);
      Codec<bool>::encode(out, is_virtual);
      if (is_virtual)
        Codec<std::uintptr_t>::encode(out, pointer.function);
      else
        encode_code(out, reinterpret_cast<const void*>(pointer.function));
    } else if constexpr (!stateless<F>) {
      Codec<F>::encode(out, f);
    }
  }
  static F decode(Reader& in) {
    if constexpr (std::is_member_function_pointer_v<F>) {
      MemberPointer pointer{};
      pointer.adjustment = Codec<std::ptrdiff_t>::decode(in);
      if (Codec<bool>::decode(in))
        pointer.function = Codec<std::uintptr_t>::decode(in);
      else
        pointer.function = reinterpret_cast<std::uintptr_t>(decode_code(in));
      return std::bit_cast<F>(pointer);
    } else if constexpr (stateless<F>) {
      return std::bit_cast<F>(std::array<std::byte, sizeof(F)>{});
    } else {
      return Codec<F>::decode(in);
    }
  }
};
template <class F, class... B>
struct CallableCodec<Bound<F, B...>> {
  static void encode(Writer& out, const Bound<F, B...>& f) {
    encode_callable(out, f.callable);
    std::apply([&](const B&... values) { (Codec<B>::encode(out, values), ...); }, f.bound);
  }
  static Bound<F, B...> decode(Reader& in) {
    auto callable = decode_callable<F>(in);
    return {std::move(callable), std::tuple<B...>{Codec<B>::decode(in)...}};
  }
};

template <class F>
void encode_callable(Writer& out, const F& f) {
  CallableCodec<F>::encode(out, f);
}
template <class F>
F decode_callable(Reader& in) {
  return CallableCodec<F>::decode(in);
}

/// At submit: a function that has no name in other processes is refused here, where the user sees which call it was.
template <class F>
void check_code(const F& f) {
  if constexpr (is_function_pointer<std::decay_t<F>>) {
    static const void* last_good = nullptr;
    const auto* code = reinterpret_cast<const void*>(+f);
    if (code == last_good) return;
    Writer out;
    encode_code(out, code);
    last_good = code;
  } else if constexpr (is_bound<F>) {
    check_code(f.callable);
  }
}

template <class F, class... A>
consteval void check_call() {
  static_assert(sendable_callable<F>,
                "scoop: this callable cannot be sent to another worker: it holds a reference, a pointer or an object "
                "that is not plain data; use scoop::bind_front(f, values...) or a class with MSGPACK_DEFINE");
  static_assert((serialisable<A> && ...),
                "scoop: an argument cannot be sent to another worker; see the manual, chapter 'What can be sent', or "
                "give its class MSGPACK_DEFINE");
  if constexpr (sendable_callable<F> && (serialisable<A> && ...)) {
    static_assert(std::is_invocable_v<F&, A...>,
                  "scoop: the callable cannot be called with these arguments, which it gets as rvalues (a parameter "
                  "T& does not take them; take T or const T&)");
    if constexpr (std::is_invocable_v<F&, A...>) {
      using R = std::decay_t<std::invoke_result_t<F&, A...>>;
      if constexpr (!std::is_void_v<R>)
        static_assert(serialisable<R>,
                      "scoop: the result cannot be sent back from another worker; see the manual, "
                      "chapter 'What can be sent', or give its class MSGPACK_DEFINE");
    }
  }
}

template <class Op, class R>
consteval void check_reduction() {
  static_assert(sendable_callable<Op>,
                "scoop: this reduction cannot be sent to another worker: it holds a reference, a pointer or an object "
                "that is not plain data; use scoop::bind_front(f, values...) or a class with MSGPACK_DEFINE");
  static_assert(std::is_invocable_r_v<R, Op&, R, R>,
                "scoop: the reduction must take two results of the mapped function, as rvalues, and give another one");
}

}  // namespace scoop::detail
