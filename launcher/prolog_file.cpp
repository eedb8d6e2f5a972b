#include "launcher/prolog_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace scoop {
namespace {

constexpr long largest = 100L << 10;  // on this machine sh has it as a word, for which Linux has no more than 128 KiB

}  // namespace

Result<std::string> read_prolog(const std::string& path) {
  const auto not_a_script = [&path](const std::string& what) {
    return Failure{"--prolog " + path + " is " + what + ": name a script of sh"};
  };
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return Failure{"--prolog " + path + " cannot be read: " + std::strerror(errno)};
  }
  if (S_ISDIR(status.st_mode)) return not_a_script("a folder");
  if (!S_ISREG(status.st_mode)) return not_a_script("not a file");
  if (status.st_size > largest) return not_a_script("larger than 100 KiB");
  std::ifstream file(path, std::ios::binary);
  if (!file) return Failure{"--prolog " + path + " cannot be read: " + std::strerror(errno)};
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (text.find('\0') != std::string::npos) return not_a_script("not a text");
  return text;
}

}  // namespace scoop
