#include "worker/daemon/worker_setup.hpp"

#include <algorithm>

namespace scoop {

std::uint32_t threads_of(const control::Start& start, std::uint32_t cores) {
  if (start.settings.threads > 0) return start.settings.threads;
  return std::max<std::uint32_t>(1, cores / std::max<std::uint32_t>(1, start.workers));
}

std::vector<std::string> with_variables(std::vector<std::string> environment,
                                        const std::vector<std::string>& variables) {
  for (const auto& variable : variables) {
    const auto name = variable.substr(0, variable.find('=') + 1);
    std::erase_if(environment, [&](const std::string& entry) { return entry.starts_with(name); });
    environment.push_back(variable);
  }
  return environment;
}

std::vector<std::string> with_threads(std::vector<std::string> environment, std::uint32_t threads) {
  for (const std::string name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) {
    const auto sets_it = [&](const std::string& entry) { return entry.starts_with(name + "="); };
    if (std::none_of(environment.begin(), environment.end(), sets_it)) {
      environment.push_back(name + "=" + std::to_string(threads));
    }
  }
  return environment;
}

std::vector<int> cpus_of(Slot slot, std::uint32_t threads, const std::vector<int>& usable) {
  std::vector<int> cpus;
  const std::size_t first = std::size_t{slot} * threads;
  for (std::size_t i = 0; i < std::min<std::size_t>(threads, usable.size()); ++i) {
    cpus.push_back(usable[(first + i) % usable.size()]);
  }
  return cpus;
}

bool is_wrapped(const control::Start& start, Slot slot) {
  const auto& wrapped = start.settings.wrapped;
  if (start.settings.wrap.empty()) return false;
  return wrapped.empty() || std::find(wrapped.begin(), wrapped.end(), start.first_worker + slot) != wrapped.end();
}

}  // namespace scoop
