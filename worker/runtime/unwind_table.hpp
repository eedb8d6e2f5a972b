#pragma once
#include <cstddef>
#include <cstdint>

namespace scoop {

/// Where functions begin in a loaded object: the sorted table that linkers make for exceptions (.eh_frame_hdr).
///
/// Source: Linux Standard Base 5, "Exception Frame Header".
class UnwindTable {
 public:
  /// No table: every address is uncovered.
  UnwindTable() = default;
  /// The segment PT_GNU_EH_FRAME. A table of another form than linkers make counts as none.
  UnwindTable(const unsigned char* header, std::size_t size);

  enum class Place { start, inside, uncovered };
  /// Uncovered is code without unwind information: assembly, -fno-asynchronous-unwind-tables.
  Place find(std::uintptr_t code) const;

 private:
  std::uintptr_t address(std::size_t index, std::size_t column) const;
  bool covers(std::size_t index, std::uintptr_t code) const;

  const unsigned char* header_ = nullptr;
  std::size_t count_ = 0;
};

}  // namespace scoop
