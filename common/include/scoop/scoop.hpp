#pragma once
#include <cstdint>
#include <scoop/detail/abi.hpp>
#include <scoop/futures.hpp>
#include <scoop/shared.hpp>
#include <string>

/// Everything but the logger: the futures, the shared constants, and who am I.

namespace scoop {

/// Whether this process belongs to a pool that scoop-launch started. Else all runs in this process.
inline bool is_running() { return scoop_is_running(); }
/// Whether this is the worker that runs `main`.
inline bool is_origin() { return scoop_is_origin(); }
/// Whether cancel() was called for the running task, or the part of a map, after it had begun. It may then end itself
/// as it likes: its result or exception comes as ever. Ask now and then in a long loop; it costs next to nothing. In
/// what a task calls by result() it is the task's own.
inline bool cancelled() { return scoop_is_cancelled(); }
/// This worker's name, for people: "w3@node7".
inline std::string worker() { return scoop_worker_name(); }
/// Workers that the pool was started with, the origin too; 1 outside a pool.
inline std::uint32_t size() { return scoop_pool_size(); }

}  // namespace scoop
