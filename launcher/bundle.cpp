#include "launcher/bundle.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "common/base/content_hash.hpp"
#include "common/base/unique_fd.hpp"
#include "common/process/elf_file.hpp"
#include "launcher/archive.hpp"
#include "launcher/library_closure.hpp"

namespace scoop {
namespace {

namespace fs = std::filesystem;

std::string absolute(const std::string& path) {
  std::error_code error;  // without a current folder nothing relative can be opened either
  const auto result = fs::absolute(path, error).string();
  return error ? path : result;
}

struct OpenFile {
  UniqueFd fd;
  BundledFile file;
};

Result<OpenFile> open_file(const std::string& name, const std::string& path) {
  OpenFile result{UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), {}};
  struct stat status {};
  if (!result.fd || ::fstat(result.fd.get(), &status) != 0) {
    return Failure{path + " cannot be read: " + std::strerror(errno) + "; it must be, to be sent to other hosts"};
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > largest_archived_file)
    return Failure{path + " is too large to be sent to other hosts: 8 GiB are the most"};
  result.file = {name, absolute(path), status.st_ino, size, status.st_mtim.tv_sec};
  return result;
}

/// Writes an archive into a buffer of its size, straight from the files.
class ArchiveBuffer {
 public:
  explicit ArchiveBuffer(std::size_t size)
      : size_(size), bytes_(std::make_shared_for_overwrite<char[]>(size)), end_(bytes_.get()) {}

  void add(const std::string& bytes) { end_ = std::copy(bytes.begin(), bytes.end(), end_); }
  void add_zeros(std::size_t count) { end_ = std::fill_n(end_, count, '\0'); }

  Status add(const OpenFile& open) {
    add(archive_header(open.file.name, open.file.size));
    for (auto left = open.file.size; left > 0;) {
      const auto count = ::read(open.fd.get(), end_, left);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return Failure{open.file.path + " cannot be read: " + std::strerror(errno)};
      if (count == 0) return Failure{open.file.path + " has become shorter while it was read: start again"};
      end_ += count;
      left -= static_cast<std::uint64_t>(count);
    }
    add_zeros(archive_padding(open.file.size));
    return success();
  }

  SharedBytes finish() && {
    const std::span<const char> all(bytes_.get(), size_);
    return SharedBytes(std::move(bytes_), all);
  }

 private:
  std::size_t size_;
  std::shared_ptr<char[]> bytes_;
  char* end_;
};

Result<SharedBundle> read_files(const std::vector<NeededLibrary>& wanted) {
  std::vector<OpenFile> files;
  const auto mark = archive_header(Bundle::mark, 0);
  std::size_t size = mark.size() + archive_end;
  for (const auto& [name, path] : wanted) {
    auto file = open_file(name, path);
    if (!file) return file.failure();
    size += archive_header(name, file->file.size).size() + file->file.size + archive_padding(file->file.size);
    files.push_back(*std::move(file));
  }
  Bundle bundle;
  ArchiveBuffer buffer(size);
  for (auto& file : files) {
    if (const auto added = buffer.add(file); !added) return added.failure();
    bundle.files.push_back(std::move(file.file));
  }
  buffer.add(mark);
  buffer.add_zeros(archive_end);
  bundle.archive = std::move(buffer).finish();
  ContentHash hash;
  hash.add({bundle.archive.data(), bundle.archive.size()});
  bundle.hash = hash.digits();
  return std::make_shared<const Bundle>(std::move(bundle));
}

bool has(const Bundle& bundle, const std::string& name) {
  return std::ranges::find(bundle.files, name, &BundledFile::name) != bundle.files.end();
}

/// Those that are not found although they are wanted.
Status check_found(const std::string& file, const std::vector<NeededLibrary>& libraries) {
  for (const auto& library : libraries) {
    if (!library.path.empty()) continue;
    return Failure{file + " needs " + library.name +
                   ", which is not found: install it, or add its folder to LD_LIBRARY_PATH"};
  }
  return success();
}

/// The file and what it needs that `is_there` does not have.
Result<SharedBundle> bundle(const std::string& file, const std::string& interpreter, const Bundle& is_there) {
  const auto path = absolute(file);
  auto libraries = library_closure(path, interpreter);
  if (!libraries) return libraries.failure();
  std::erase_if(*libraries, [&](const NeededLibrary& library) { return has(is_there, library.name); });
  if (const auto found = check_found(file, *libraries); !found) return found.failure();
  libraries->insert(libraries->begin(), {fs::path(path).filename().string(), path});
  return read_files(*libraries);
}

}  // namespace

Result<SharedBundle> bundle_runtime(const std::string& worker) { return bundle(worker, read_interpreter(worker), {}); }

Result<SharedBundle> bundle_program(const std::string& program, const Bundle& runtime) {
  return bundle(program, read_interpreter(runtime.files.at(0).path), runtime);
}

}  // namespace scoop
