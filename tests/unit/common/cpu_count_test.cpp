#include "common/process/cpu_count.hpp"

#include <doctest/doctest.h>

#include <map>

using scoop::cgroup_cpu_limit;

namespace {

using Files = std::map<std::string, std::string>;

std::optional<unsigned> limit(const Files& files) {
  return cgroup_cpu_limit([&](const std::string& path) -> std::optional<std::string> {
    const auto found = files.find(path);
    return found == files.end() ? std::nullopt : std::optional(found->second);
  });
}

const std::string mount2 = "31 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
const std::string mount1 =
    "22 1 0:20 / /proc rw - proc proc rw\n"
    "33 24 0:28 / /sys/fs/cgroup/cpu,cpuacct rw shared:10 - cgroup cgroup rw,cpu,cpuacct\n"
    "34 24 0:29 / /sys/fs/cgroup/cpuset rw shared:11 - cgroup cgroup rw,cpuset\n";

}  // namespace

TEST_CASE("cgroup_cpu_limit: no control groups, no limit") {
  CHECK(limit({}) == std::nullopt);
  CHECK(limit({{"/proc/self/mountinfo", ""}, {"/proc/self/cgroup", "0::/\n"}}) == std::nullopt);
}

TEST_CASE("cgroup_cpu_limit: version 2, the least of all quotas above") {
  Files files{{"/proc/self/mountinfo", mount2}, {"/proc/self/cgroup", "0::/a/b\n"}};
  files["/sys/fs/cgroup/a/b/cpu.max"] = "max 100000\n";
  CHECK(limit(files) == std::nullopt);
  files["/sys/fs/cgroup/a/cpu.max"] = "400000 100000\n";
  CHECK(limit(files) == 4);
  files["/sys/fs/cgroup/a/b/cpu.max"] = "150000 100000\n";
  CHECK(limit(files) == 2);  // rounded up
  files["/sys/fs/cgroup/a/b/cpu.max"] = "10000 100000\n";
  CHECK(limit(files) == 1);
}

TEST_CASE("cgroup_cpu_limit: version 1") {
  Files files{{"/proc/self/mountinfo", mount1}, {"/proc/self/cgroup", "5:cpuset:/x\n4:cpu,cpuacct:/job\n0::/\n"}};
  files["/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us"] = "100000\n";
  files["/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us"] = "-1\n";
  CHECK(limit(files) == std::nullopt);
  files["/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us"] = "300000\n";
  CHECK(limit(files) == 3);
}

TEST_CASE("cgroup_cpu_limit: a container sees its own group at the mount point") {
  Files files{{"/proc/self/mountinfo", "33 24 0:28 /docker/4711 /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n"},
              {"/proc/self/cgroup", "4:cpu:/docker/4711\n"}};
  files["/sys/fs/cgroup/cpu/cpu.cfs_period_us"] = "100000";
  files["/sys/fs/cgroup/cpu/cpu.cfs_quota_us"] = "250000";
  CHECK(limit(files) == 3);
}

TEST_CASE("cgroup_cpu_limit: nonsense is no limit") {
  for (const auto* text : {"", "max", "-5 100000", "5 0", "x y", "100000"}) {
    CHECK(
        limit({{"/proc/self/mountinfo", mount2}, {"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/cpu.max", text}}) ==
        std::nullopt);
  }
  CHECK(limit({{"/proc/self/mountinfo", " - \n - cgroup2\n"}, {"/proc/self/cgroup", "0\n::\n0:\n"}}) == std::nullopt);
}

TEST_CASE("usable_cpus is at least 1") { CHECK(scoop::usable_cpus() >= 1); }
