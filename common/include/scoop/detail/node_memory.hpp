#pragma once
#include <cstddef>
#include <new>
#include <scoop/detail/abi.hpp>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#define SCOOP_PLAIN_NODE_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SCOOP_PLAIN_NODE_MEMORY 1
#endif
#endif
#ifndef SCOOP_PLAIN_NODE_MEMORY
#define SCOOP_PLAIN_NODE_MEMORY 0
#endif

namespace scoop::detail {

/// Memory of nodes: freed ones are kept by size class and used again, since only the worker thread makes and destroys
/// them. Large nodes, and all under AddressSanitizer, come from operator new.
template <class T>
inline constexpr bool is_pooled =
    !SCOOP_PLAIN_NODE_MEMORY && sizeof(T) <= 256 && alignof(T) <= alignof(std::max_align_t);

template <class T, class... Args>
T* make_node(WorkerState& worker, Args&&... args) {
  if constexpr (is_pooled<T>) {
    constexpr std::size_t size_class = (sizeof(T) - 1) / 32;
    constexpr std::size_t size = (size_class + 1) * 32;
    void* memory = worker.free_nodes[size_class];
    if (memory) [[likely]] {
      worker.free_nodes[size_class] = *static_cast<void**>(memory);
    } else {
      if (static_cast<std::size_t>(worker.arena_end - worker.arena) < size) scoop_refill_arena();
      memory = worker.arena;
      worker.arena += size;
    }
    try {
      return ::new (memory) T(std::forward<Args>(args)...);
    } catch (...) {
      *static_cast<void**>(memory) = std::exchange(worker.free_nodes[size_class], memory);
      throw;
    }
  } else {
    return new T(std::forward<Args>(args)...);
  }
}

template <class T>
void destroy_node(T* node) {
  if constexpr (is_pooled<T>) {
    constexpr std::size_t size_class = (sizeof(T) - 1) / 32;
    node->~T();
    void* memory = node;
    *static_cast<void**>(memory) = std::exchange(scoop_worker_state.free_nodes[size_class], memory);
  } else {
    delete node;
  }
}

/// One holder lets go; the last one destroys.
inline void release(Node* node) {
  if (--node->holders == 0) node->type->destroy(node);
}

}  // namespace scoop::detail
