#include "worker/daemon/host_facts.hpp"

#include <gnu/libc-version.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>

#include "common/process/cpu_count.hpp"

namespace scoop {
namespace {

/// Where XDG_CACHE_HOME, or the home, is or could be made.
std::uint64_t free_bytes_of_cache() {
  const char* named = std::getenv("XDG_CACHE_HOME");
  if (named == nullptr || *named != '/') named = std::getenv("HOME");
  std::filesystem::path folder = named != nullptr ? named : "/";
  std::error_code error;
  while (folder.has_relative_path() && !std::filesystem::exists(folder, error)) folder = folder.parent_path();
  const auto space = std::filesystem::space(folder, error);
  return error ? 0 : space.available;
}

}  // namespace

control::HostReady host_facts(std::string_view ssh_connection) {
  control::HostReady facts;
  facts.cores = usable_cpus();
  // "client address, client port, own address, own port"
  std::istringstream words{std::string(ssh_connection)};
  std::string port;
  words >> facts.launcher_address >> port >> facts.address;
  utsname system{};
  if (::uname(&system) == 0) facts.machine = system.machine;
  facts.glibc = ::gnu_get_libc_version();
  struct sysinfo memory {};
  if (::sysinfo(&memory) == 0) facts.memory_bytes = std::uint64_t{memory.totalram} * memory.mem_unit;
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  facts.time_us = std::chrono::duration_cast<std::chrono::microseconds>(since_1970).count();
  facts.free_bytes = free_bytes_of_cache();
  return facts;
}

}  // namespace scoop
