#include "common/process/sealed_memory.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

namespace scoop {
namespace {

// A call writes no more than 2 GiB anyway.
constexpr std::size_t write_at_once = std::size_t{1} << 30;

constexpr int all_seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

Failure no_room(std::size_t size, const std::string& why) {
  return {"there is no room for " + std::to_string(size) + " bytes of shared memory: " + why};
}
Failure no_room(std::size_t size, int error) { return no_room(size, std::strerror(error)); }

/// What the host can give without taking it from a process; unknown where /proc does not say.
std::optional<std::uint64_t> available_bytes() {
  std::ifstream meminfo("/proc/meminfo");
  std::uint64_t kib = 0;
  bool is_known = false;
  std::string unit;
  std::uint64_t value = 0;
  for (std::string name; meminfo >> name >> value && std::getline(meminfo, unit);) {
    if (name != "MemAvailable:" && name != "SwapFree:") continue;
    kib += value;
    is_known = is_known || name == "MemAvailable:";
  }
  return is_known ? std::optional(kib * 1024) : std::nullopt;
}

/// A file size beyond the process's limit raises a signal that would end it; here it is an error like others.
class LimitSignalBlocked {
 public:
  LimitSignalBlocked() {
    ::sigemptyset(&signal_);
    ::sigaddset(&signal_, SIGXFSZ);
    ::pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  LimitSignalBlocked(const LimitSignalBlocked&) = delete;
  LimitSignalBlocked& operator=(const LimitSignalBlocked&) = delete;
  ~LimitSignalBlocked() {
    const timespec at_once{};
    while (::sigtimedwait(&signal_, nullptr, &at_once) == SIGXFSZ) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t signal_;
  sigset_t before_;
};

}  // namespace

Result<NewMemory> NewMemory::make(std::size_t size) {
  // The kernel would promise it, and end processes when it cannot keep that.
  if (const auto available = available_bytes(); available && size > *available) {
    return no_room(size, "the host has " + std::to_string(*available) + " bytes left");
  }
  UniqueFd fd(::memfd_create("scoop-constant", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return no_room(size, errno);
  const LimitSignalBlocked blocked;
  if (::ftruncate(fd.get(), static_cast<off_t>(size)) != 0) return no_room(size, errno);
  return NewMemory(std::move(fd), size);
}

Status NewMemory::write(std::size_t offset, std::span<const char> bytes) {
  const LimitSignalBlocked blocked;
  while (!bytes.empty()) {
    const auto written =
        ::pwrite(fd_.get(), bytes.data(), std::min(bytes.size(), write_at_once), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return no_room(size_, errno);
    offset += static_cast<std::size_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return success();
}

Result<UniqueFd> NewMemory::seal() && {
  if (::fcntl(fd_.get(), F_ADD_SEALS, all_seals) != 0) {
    return Failure{"shared memory cannot be sealed: " + std::string(std::strerror(errno))};
  }
  return std::move(fd_);
}

Result<SharedBytes> map_sealed(const UniqueFd& memory) {
  struct stat status {};
  if (::fcntl(memory.get(), F_GET_SEALS) != all_seals || ::fstat(memory.get(), &status) != 0) {
    return Failure{"shared memory is not sealed"};
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return SharedBytes();
  // Private, since before Linux 6.7 what is sealed cannot be mapped otherwise. Nobody writes, so nothing is copied.
  void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, memory.get(), 0);
  if (address == MAP_FAILED) return no_room(size, errno);
  std::shared_ptr<const void> mapping(address, [size](void* begin) { ::munmap(begin, size); });
  const std::span bytes(static_cast<const char*>(address), size);
  return SharedBytes(std::move(mapping), bytes);
}

}  // namespace scoop
