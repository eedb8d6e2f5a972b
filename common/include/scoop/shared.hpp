#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <scoop/detail/constant.hpp>
#include <scoop/detail/waiters.hpp>
#include <scoop/detail/worker.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

/// Constants that are set once and can be read by every task of the pool. One copy lies in the memory of each host on
/// which a task asked for it, and no more.

namespace scoop {
namespace detail {

/// As a task would keep it: "text" becomes a std::string.
template <class T>
using constant_t = std::conditional_t<std::is_convertible_v<const T&, const char*>, std::string, std::decay_t<const T>>;

template <class T>
void set_constant(std::string_view name, const T& value) {
  Writer error;
  const std::string type = SharedValue<T>::type();
  ConstantState state;
  if constexpr (requires { SharedValue<T>::bytes(value); }) {
    state = scoop_set_constant({name.data(), name.size()}, type.c_str(), SharedValue<T>::bytes(value), &error);
  } else {
    Writer written;
    try {
      SharedValue<T>::write(written, value);
    } catch (const EncodeError&) {
      if (!written.was_full) throw;
      throw EncodeError(
          "scoop: the shared constant \"" + std::string(name) + "\" takes more than " + std::to_string(written.limit) +
          " bytes; set it in parts, or as a std::vector of numbers or plain classes, which may be larger");
    }
    state = scoop_set_constant({name.data(), name.size()}, type.c_str(), {written.data, written.size}, &error);
  }
  if (state != ConstantState::done) throw_constant_error(state, error);
}

template <class T>
const T& get_constant(std::string_view name, std::int64_t deadline, const std::string& when) {
  // Those that were read before. They stay, since references to them were given away.
  static auto& values = *new std::map<std::string, std::unique_ptr<const T>, std::less<>>;
  enter();
  if (const auto found = values.find(name); found != values.end()) return *found->second;
  Writer error;
  ByteView bytes;
  const auto state = scoop_get_constant({name.data(), name.size()}, SharedValue<T>::type().c_str(), deadline,
                                        when.c_str(), &bytes, &error);
  if (state != ConstantState::done) throw_constant_error(state, error);
  auto value = std::unique_ptr<const T>(new T(SharedValue<T>::read(bytes)));
  return *values.try_emplace(std::string(name), std::move(value)).first->second;
}

}  // namespace detail

namespace shared {

/// Gives a name a value, once in the whole pool.
///
/// Copies:  into shared memory of this host. Vectors of numbers and plain classes lie there as they are, of any size;
///          all else as it would be sent to a task, up to 1 GiB.
/// Returns: when the host's daemon holds it. So it outlives this worker, but not this host. Meanwhile other tasks run.
/// Errors:  ConstantExists where the name has another value, or this one as another type; the same bytes again are no
///          error, since a task may run again after a loss. Error where there is no room for it. EncodeError as for
///          arguments.
/// Threads: call from main or from a task.
/// Source:  SCOOP 0.7 `shared.setConst`; one name a call, and the value is kept once a host.
template <class T>
void setConst(std::string_view name, const T& value) {
  using Value = detail::constant_t<T>;
  if constexpr (detail::SharedValue<Value>::check()) {
    detail::enter();
    if constexpr (std::is_same_v<Value, T>) {
      detail::set_constant<Value>(name, value);
    } else {
      detail::set_constant<Value>(name, Value(value));
    }
  }
}

/// The value that a name has, or gets: waits until somebody has set it, while other tasks run.
///
/// T:        the type that was set. A std::vector of numbers or plain classes can be had as a std::span<const E> too,
///           which views it where it lies, without a copy; a host's workers all view the same memory.
/// Lifetime: read once in each worker that asks; the reference is good for as long as the program runs.
/// Errors:   TypeMismatch where another type was set; Error where it cannot be had: no room, or all hosts that had it
///           were lost.
/// Threads:  call from main or from a task.
template <class T>
const T& getConst(std::string_view name) {
  if constexpr (detail::SharedValue<T>::check()) return detail::get_constant<T>(name, detail::no_deadline, "");
}

/// The same, for at most so long; then TimeoutError, with the name.
template <class T, class Rep, class Period>
const T& getConst(std::string_view name, std::chrono::duration<Rep, Period> timeout) {
  if constexpr (detail::SharedValue<T>::check())
    return detail::get_constant<T>(name, detail::deadline_after(timeout), detail::after(timeout));
}

}  // namespace shared
}  // namespace scoop
