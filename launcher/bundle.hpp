#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/base/shared_bytes.hpp"

namespace scoop {

/// A file here, and its name in a host's folder.
struct BundledFile {
  std::string name;
  std::string path;  // absolute
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t changed = 0;  // seconds of its time of change
};

/// Files that belong together in one folder of a host, read once for all hosts.
struct Bundle {
  /// Comes last in each archive: where it is, all the others are. Its time of change is when the folder was last used.
  static constexpr const char* mark = ".used";

  std::vector<BundledFile> files;  // the one that the others are for comes first
  std::string hash;                // of names and contents, 32 digits: the folder's name
  SharedBytes archive;
};
using SharedBundle = std::shared_ptr<const Bundle>;

/// scoop-worker and all libraries it needs beyond the C library.
///
/// Errors: of this one and the next: a library is not found or cannot be sent, a file cannot be read or changes
///         meanwhile; one sentence.
Result<SharedBundle> bundle_runtime(const std::string& worker);

/// The user's program under its own name, and what it needs beyond that.
Result<SharedBundle> bundle_program(const std::string& program, const Bundle& runtime);

}  // namespace scoop
