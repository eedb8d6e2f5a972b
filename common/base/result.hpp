#pragma once
#include <string>
#include <utility>
#include <variant>

namespace scoop {

/// An expected bad outcome, in words for the user: what, where, what to do.
struct Failure {
  std::string message;
};

/// A value or the reason why there is none. Inside the project only; users see exceptions (`scoop::Error`).
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}            // NOLINT: implicit, so that `return value;` works
  Result(Failure failure) : state_(std::move(failure)) {}  // NOLINT: likewise

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Failure& failure() const { return std::get<1>(state_); }

 private:
  std::variant<T, Failure> state_;
};

/// What has no value beside having succeeded.
using Status = Result<std::monostate>;
inline Status success() { return std::monostate{}; }

}  // namespace scoop
