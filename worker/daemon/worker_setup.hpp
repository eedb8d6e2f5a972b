#pragma once
#include <string>
#include <vector>

#include "common/control/messages.hpp"
#include "worker/daemon/daemon_core.hpp"

namespace scoop {

/// Threads that a library in one worker may start, so that all workers together use each core once; at least 1.
std::uint32_t threads_of(const control::Start& start, std::uint32_t cores);

/// The environment with these variables ("NAME=value") in place of its own of the same names.
std::vector<std::string> with_variables(std::vector<std::string> environment,
                                        const std::vector<std::string>& variables);

/// The environment with OMP_NUM_THREADS, OPENBLAS_NUM_THREADS and MKL_NUM_THREADS, where the user has not set them.
std::vector<std::string> with_threads(std::vector<std::string> environment, std::uint32_t threads);

/// The cores that the worker at `slot` is bound to, out of `usable`; begins anew where there are more workers than
/// cores.
std::vector<int> cpus_of(Slot slot, std::uint32_t threads, const std::vector<int>& usable);

bool is_wrapped(const control::Start& start, Slot slot);

}  // namespace scoop
