#pragma once
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace scoop::test {

/// A directory of one test, gone with it. Short, since paths of ipc sockets are limited to 107 bytes.
class ScratchDir {
 public:
  ScratchDir() : path_((std::filesystem::temp_directory_path() / "scoop-test-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make " + path_);
  }
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;
  ~ScratchDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  std::string ipc(const std::string& name) const { return "ipc://" + path_ + "/" + name + ".sock"; }

 private:
  std::string path_;
};

}  // namespace scoop::test
