#pragma once
#include <scoop/detail/task.hpp>
#include <tuple>
#include <type_traits>
#include <utility>

/// Between the program that makes calls and the host that carries them to another process.
extern "C" void identity_add_call(const char* label, scoop::detail::Node* node);

namespace scoop::test {

/// What submit makes of a call, without a queue.
template <class F, class... A>
void call(const char* label, F&& f, A&&... args) {
  static_assert(detail::check_call<std::decay_t<F>, detail::stored_t<A>...>());
  using T = detail::Task<std::decay_t<F>, detail::stored_t<A>...>;
  (void)&T::registration;
  detail::check_code(f);
  identity_add_call(
      label, detail::make_node<T>(scoop_worker_state, std::in_place, std::forward<F>(f), std::forward<A>(args)...));
}
template <auto f, class... A>
void call(const char* label, A&&... args) {
  call(label, detail::Constant<f>(), std::forward<A>(args)...);
}

}  // namespace scoop::test
