#pragma once
#include <cstddef>
#include <span>

#include "common/base/result.hpp"
#include "common/base/shared_bytes.hpp"
#include "common/base/unique_fd.hpp"

namespace scoop {

/// Memory with a descriptor (memfd) by which other processes of the host can map it. Written once, then sealed: nobody
/// can change it any more. It lasts as long as a descriptor or a mapping of it.
///
/// Errors: no room, in memory or within the process's limits; the failure says how much was asked for.
class NewMemory {
 public:
  static Result<NewMemory> make(std::size_t size);

  Status write(std::size_t offset, std::span<const char> bytes);
  /// Ends the writing. The descriptor is close-on-exec.
  Result<UniqueFd> seal() &&;

 private:
  NewMemory(UniqueFd fd, std::size_t size) : fd_(std::move(fd)), size_(size) {}

  UniqueFd fd_;
  std::size_t size_;
};

/// All of it, page-aligned and read-only. The descriptor is not needed any more afterwards.
///
/// Errors: it is not sealed; no address space.
Result<SharedBytes> map_sealed(const UniqueFd& memory);

}  // namespace scoop
