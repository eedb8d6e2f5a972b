#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace scoop {

/// Text of a file, or nothing.
using FileReader = std::function<std::optional<std::string>(const std::string& path)>;

/// CPUs that the control groups of this process (version 1 and 2) let it use at a time, rounded up: the least of its
/// own group's quota and those above. Nothing: no limit, or no control groups.
std::optional<unsigned> cgroup_cpu_limit(const FileReader& read);

/// Logical CPUs this process may use, by its affinity and its control groups. At least 1.
unsigned usable_cpus();

/// The numbers of those in its affinity mask, in order. Empty: not known.
std::vector<int> cpus_by_affinity();

}  // namespace scoop
