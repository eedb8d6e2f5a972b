#include "common/process/sanitizer_runtime.hpp"

#include <glob.h>

#include <string_view>

#include "common/process/elf_file.hpp"

namespace scoop {
namespace {

using namespace std::string_view_literals;

#if defined(__x86_64__)
constexpr const char* architecture = "x86_64";
#elif defined(__aarch64__)
constexpr const char* architecture = "aarch64";
#elif defined(__riscv)
constexpr const char* architecture = "riscv64";
#elif defined(__powerpc64__)
constexpr const char* architecture = "powerpc64le";
#elif defined(__s390x__)
constexpr const char* architecture = "s390x";
#endif

/// The name that begins so, whole. Empty: there is none.
std::string name_from(std::string_view names, std::string_view beginning) {
  const auto at = names.find(std::string(1, '\0').append(beginning));
  if (at == std::string_view::npos) return "";
  return std::string(names.substr(at + 1, names.find('\0', at + 1) - at - 1));
}

bool has(std::string_view names, std::string_view beginning) { return !name_from(names, beginning).empty(); }

/// clang links its runtimes into programs, not into libraries, and the loader does not know where they are. The newest
/// one does: their interfaces have versions of their own, which they check.
std::string find_of_clang(const std::string& file) {
  glob_t found{};
  for (const std::string folder : {"/usr/lib/llvm-*/lib/clang/*/lib/*/", "/usr/lib*/clang/*/lib/*/"}) {
    ::glob((folder + file).c_str(), GLOB_APPEND, nullptr, &found);
  }
  std::string newest;
  for (std::size_t i = 0; i < found.gl_pathc; ++i) newest = found.gl_pathv[i];
  ::globfree(&found);
  return newest;
}

Result<std::string> runtime_of_clang(const std::string& path, const std::string& sanitizer, const std::string& name) {
  const auto file = "libclang_rt." + name + "-" + architecture + ".so";
  auto runtime = find_of_clang(file);
  if (!runtime.empty()) return runtime;
  return Failure{path + " was compiled by clang with -fsanitize=" + sanitizer + ", but " + file +
                 " is not below /usr/lib: install it (libclang-rt-16-dev), or compile with g++"};
}

}  // namespace

Result<std::string> sanitizer_runtime(const std::string& path) {
  const std::string names = dynamic_names(path);
  // g++ makes a library need its runtime, by a name that the loader finds; that of -fsanitize=undefined may come late.
  for (const auto& gcc : {"libasan.so."sv, "libtsan.so."sv, "liblsan.so."sv}) {
    if (has(names, gcc)) return name_from(names, gcc);
  }
  if (has(names, "__asan_init")) return runtime_of_clang(path, "address", "asan");
  if (has(names, "__tsan_init")) return runtime_of_clang(path, "thread", "tsan");
  if (has(names, "__msan_init")) {
    return Failure{path +
                   " was compiled with -fsanitize=memory, which needs every library compiled so: compile without"};
  }
  if (has(names, "__ubsan_handle_") && !has(names, "libubsan.so.")) {
    return runtime_of_clang(path, "undefined", "ubsan_standalone");
  }
  return std::string();
}

}  // namespace scoop
