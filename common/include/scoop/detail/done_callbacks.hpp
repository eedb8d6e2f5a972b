#pragma once
#include <memory>
#include <scoop/detail/task.hpp>
#include <scoop/detail/waiters.hpp>
#include <type_traits>
#include <utility>
#include <vector>

namespace scoop {
template <class R>
class Future;
}

namespace scoop::detail {

/// What is to be called when a task is done: one object a node, which has a share of it, so that the callbacks outlive
/// the caller's future.
template <class R>
class DoneCallbacks : public Waiter {
 public:
  template <class F>
  static void add(ResultNode<R>& node, F&& f) {
    auto callback = std::make_unique<Callback<std::decay_t<F>>>(std::forward<F>(f));
    if (node.done) return call(*callback, node);
    Waiter* found = node.waiters;
    while (found && found->run != &run_all) found = found->next;
    if (!found) {
      found = new DoneCallbacks(node);
      add_waiter(node, *found);
    }
    static_cast<DoneCallbacks*>(found)->callbacks_.push_back(std::move(callback));
  }

 private:
  struct AnyCallback {
    virtual ~AnyCallback() = default;
    virtual void call(Future<R>& future) = 0;
  };
  template <class F>
  struct Callback final : AnyCallback {
    explicit Callback(F g) : f(std::move(g)) {}
    void call(Future<R>& future) override {
      if constexpr (std::is_invocable_v<F&, Future<R>&>)
        f(future);
      else
        f();
    }
    F f;
  };

  explicit DoneCallbacks(ResultNode<R>& node) : node_(node) {
    until = 1;
    run = &run_all;
    ++node.holders;
  }

  static void call(AnyCallback& callback, ResultNode<R>& node) noexcept {
    ++node.holders;
    Future<R> future(&node);  // of its own, since the caller's may be gone
    try {
      callback.call(future);
    } catch (...) {
      log_exception(std::current_exception(), node.type->name(), "a done callback of task ", " threw ");
    }
  }
  static void run_all(Waiter* waiter) {
    auto* const self = static_cast<DoneCallbacks*>(waiter);
    for (auto& callback : self->callbacks_) {
      call(*callback, self->node_);
      callback.reset();
    }
    release(&self->node_);
    delete self;
  }

  ResultNode<R>& node_;
  std::vector<std::unique_ptr<AnyCallback>> callbacks_;
};

}  // namespace scoop::detail
