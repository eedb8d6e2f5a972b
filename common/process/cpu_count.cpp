#include "common/process/cpu_count.hpp"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

namespace scoop {
namespace {

struct Mount {
  std::string root;   // which part of the hierarchy is seen here
  std::string point;  // where
};

bool has_word(const std::string& list, const std::string& word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

/// Where the hierarchy that holds the cpu controller is mounted. Lines of mountinfo:
/// `31 24 0:26 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct`
std::optional<Mount> find_mount(const std::string& mountinfo, bool version2) {
  std::istringstream lines(mountinfo);
  for (std::string line; std::getline(lines, line);) {
    const auto separator = line.find(" - ");
    if (separator == std::string::npos) continue;
    std::istringstream before(line.substr(0, separator));
    std::istringstream after(line.substr(separator + 3));
    std::string skipped, type, source, options;
    Mount mount;
    before >> skipped >> skipped >> skipped >> mount.root >> mount.point;
    after >> type >> source >> options;
    if (version2 ? type == "cgroup2" : type == "cgroup" && has_word(options, "cpu")) return mount;
  }
  return std::nullopt;
}

/// This process's group: `0::/path` in version 2, `4:cpu,cpuacct:/path` in version 1.
std::optional<std::string> find_group(const std::string& cgroup, bool version2) {
  std::istringstream lines(cgroup);
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    if (version2 ? controllers.empty() && line.starts_with("0:") : has_word(controllers, "cpu")) {
      return line.substr(second + 1);
    }
  }
  return std::nullopt;
}

/// "max 100000" or "150000 100000".
std::optional<double> parse_quota(const std::string& text) {
  std::istringstream words(text);
  double quota = 0;
  double period = 0;
  if (!(words >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

std::optional<double> quota_of(const FileReader& read, const std::string& folder, bool version2) {
  if (version2) {
    const auto text = read(folder + "/cpu.max");
    return text ? parse_quota(*text) : std::nullopt;
  }
  const auto quota = read(folder + "/cpu.cfs_quota_us");
  const auto period = read(folder + "/cpu.cfs_period_us");
  return quota && period ? parse_quota(*quota + " " + *period) : std::nullopt;
}

std::optional<double> least_quota(const FileReader& read, bool version2) {
  const auto mountinfo = read("/proc/self/mountinfo");
  const auto cgroup = read("/proc/self/cgroup");
  if (!mountinfo || !cgroup) return std::nullopt;
  const auto mount = find_mount(*mountinfo, version2);
  auto group = find_group(*cgroup, version2);
  if (!mount || !group) return std::nullopt;
  // A container may see only its own part of the hierarchy, with itself at the mount point.
  if (mount->root != "/" && group->starts_with(mount->root)) group->erase(0, mount->root.size());

  std::optional<double> least;
  while (true) {
    while (group->ends_with('/')) group->pop_back();
    const auto quota = quota_of(read, mount->point + *group, version2);
    if (quota && (!least || *quota < *least)) least = quota;
    const auto slash = group->rfind('/');
    if (slash == std::string::npos) return least;
    group->erase(slash);
  }
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

std::optional<unsigned> cgroup_cpu_limit(const FileReader& read) {
  std::optional<unsigned> limit;
  for (const bool version2 : {true, false}) {
    const auto quota = least_quota(read, version2);
    if (!quota) continue;
    auto cpus = static_cast<unsigned>(std::min(*quota, 1e6));
    if (cpus < *quota) ++cpus;
    limit = std::min(limit.value_or(cpus), cpus);
  }
  return limit;
}

std::vector<int> cpus_by_affinity() {
  // Larger than any machine's: the call fails where the set is too small.
  constexpr int most_cpus = 8192;
  cpu_set_t* set = CPU_ALLOC(most_cpus);
  const auto size = CPU_ALLOC_SIZE(most_cpus);
  std::vector<int> cpus;
  if (::sched_getaffinity(0, size, set) == 0) {
    for (int cpu = 0; cpu < most_cpus; ++cpu) {
      if (CPU_ISSET_S(cpu, size, set)) cpus.push_back(cpu);
    }
  }
  CPU_FREE(set);
  return cpus;
}

unsigned usable_cpus() {
  auto cpus = static_cast<unsigned>(cpus_by_affinity().size());
  if (cpus == 0) cpus = std::thread::hardware_concurrency();
  return std::max(1u, std::min(cpus, cgroup_cpu_limit(read_file).value_or(cpus)));
}

}  // namespace scoop
