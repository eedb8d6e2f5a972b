#include "launcher/program_compiler.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include "common/base/content_hash.hpp"
#include "common/process/signals.hpp"
#include "common/process/spawn.hpp"
#include "launcher/program_cache.hpp"

namespace scoop {
namespace {

namespace fs = std::filesystem;

Status check_source(const std::string& source) {
  std::error_code error;
  if (fs::is_directory(source, error)) return Failure{source + " is a folder, not a program"};
  const std::ifstream file(source);
  if (!file) return Failure{"cannot read " + source + ": " + std::strerror(errno)};
  return success();
}

/// What decides, beside the files that are read, what comes out.
std::string key_of(const std::string& compiler, const std::string& source, const std::string& flags) {
  std::string text = SCOOP_VERSION;
  const char* const cxx = std::getenv("CXX");
  for (const std::string& each : {compiler, fs::absolute(source).string(), flags, std::string(cxx ? cxx : "")})
    text += '\0' + each;
  ContentHash hash;
  hash.add(text);
  return hash.digits();
}

/// Its wait status.
Result<int> run_compiler(const std::string& compiler, const std::string& source, const std::string& flags,
                         const std::string& library, const std::string& dependencies) {
  SpawnRequest request;
  request.program = "/bin/sh";
  // The flags are words of a shell, the names are not. Optimised, unless they say otherwise.
  request.arguments = {"-c",           "exec \"$1\" -O2 " + flags + " -MD -MF \"$2\" -o \"$3\" \"$4\"",
                       "scoop-launch", compiler,
                       dependencies,   library,
                       source};
  request.environment = own_environment();
  request.redirected = {{STDERR_FILENO, STDOUT_FILENO}};
  request.process_group = ::getpgrp();  // the terminal's signals reach it
  const auto pid = spawn(request);
  if (!pid) return pid.failure();
  int status = 0;
  while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

bool is_source(const std::string& path) {
  const std::string extension = fs::path(path).extension().string();
  constexpr std::array<std::string_view, 5> known{".cpp", ".cc", ".cxx", ".c++", ".C"};
  return std::ranges::find(known, extension) != known.end();
}

Result<std::string> compile_program(const std::string& source, const std::string& flags) {
  if (const auto checked = check_source(source); !checked) return checked.failure();
  std::error_code error;
  const std::string compiler = fs::read_symlink("/proc/self/exe", error).parent_path() / "scoop-c++";
  if (::access(compiler.c_str(), X_OK) != 0) {
    return Failure{"cannot compile " + source + ": " + compiler + " is missing; install scoop as a whole"};
  }
  const auto cache = ProgramCache::open();
  if (!cache) return cache.failure();
  const std::string key = key_of(compiler, source, flags);
  if (const auto found = cache->find(key)) return *found;

  const auto folder = cache->make_folder();
  if (!folder) return folder.failure();
  const std::string name = fs::path(source).stem().string() + ".so";
  const std::string dependencies = *folder + ".d";
  const auto status = run_compiler(compiler, source, flags, *folder + "/" + name, dependencies);
  std::ostringstream read;
  read << std::ifstream(dependencies).rdbuf();
  fs::remove(dependencies, error);
  const bool is_compiled = status && *status == 0 && fs::is_regular_file(*folder + "/" + name, error);
  if (!is_compiled) {
    fs::remove_all(*folder, error);
    if (!status) return status.failure();
    if (WIFSIGNALED(*status))
      return Failure{"cannot compile " + source + ": the compiler was " + to_cause(*status).text};
    return Failure{source + " was not compiled; what the compiler said is above"};
  }
  auto library = cache->add(key, *folder, name, read_dependencies(read.str()));
  cache->trim(ProgramCache::usual_limit);
  return library;
}

}  // namespace scoop
