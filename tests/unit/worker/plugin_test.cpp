#include "worker/runtime/plugin.hpp"

#include <doctest/doctest.h>
#include <elf.h>

#include <filesystem>
#include <fstream>

using scoop::load_plugin;

namespace {

std::string failure_of(const std::string& path) {
  const auto plugin = load_plugin(path);
  REQUIRE_FALSE(plugin);
  return plugin.failure().message;
}

/// A file of this test's own, gone after it.
struct TemporaryFile {
  std::string path = (std::filesystem::temp_directory_path() / "scoop_plugin_test.so").string();
  explicit TemporaryFile(const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }
  ~TemporaryFile() { std::filesystem::remove(path); }
};

std::string file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("load_plugin finds main") {
  const auto plugin = load_plugin(PLAIN_PLUGIN);
  REQUIRE(plugin);
  CHECK(plugin->handle != nullptr);
  CHECK((plugin->main != nullptr));
}

TEST_CASE("load_plugin says that there is no such file") {
  CHECK(failure_of("./nowhere.so") ==
        "./nowhere.so: no such file; give the path of a program, compiled (.so) or to be "
        "compiled (.cpp, .cc, .cxx)");
}

TEST_CASE("load_plugin tells files that are no shared library by what they are") {
  const TemporaryFile text("#!/bin/sh\necho hello, this is long enough to hold a header of sixty-four bytes\n");
  CHECK(failure_of(text.path).find("is not a shared library: compile") != std::string::npos);
  CHECK(failure_of("/proc/self/exe").find("is an executable, not a shared library") != std::string::npos);
  CHECK(failure_of("/tmp").find("is a folder") != std::string::npos);
  CHECK(failure_of("/dev/null").find("is not a shared library") != std::string::npos);
}

TEST_CASE("load_plugin names the machine a library was built for") {
  const auto built_for = [](int elf_class, int order, int first, int second) {
    auto bytes = file_bytes(PLAIN_PLUGIN);
    bytes[EI_CLASS] = static_cast<char>(elf_class);
    bytes[EI_DATA] = static_cast<char>(order);
    bytes[offsetof(Elf64_Ehdr, e_machine)] = static_cast<char>(first);
    bytes[offsetof(Elf64_Ehdr, e_machine) + 1] = static_cast<char>(second);
    const TemporaryFile foreign(bytes);
    const auto message = failure_of(foreign.path);
    const auto begin = message.find(" was built for another machine (");
    REQUIRE(begin != std::string::npos);
    CHECK(message.find("): compile it for this one") != std::string::npos);
    return message.substr(begin + 32, message.find(", this one is ") - begin - 32);
  };
  CHECK(built_for(ELFCLASS64, ELFDATA2LSB, EM_RISCV, 0) == "RISC-V");
  CHECK(built_for(ELFCLASS32, ELFDATA2LSB, EM_X86_64, 0) == "x86-64 of 32 bits");
  CHECK(built_for(ELFCLASS64, ELFDATA2MSB, 0, EM_S390) == "s390 of other byte order");
  CHECK(built_for(ELFCLASS32, ELFDATA2LSB, 0x34, 0x12) == "machine number 4660 of 32 bits");
}

TEST_CASE("load_plugin refuses a library that ends early") {
  const auto bytes = file_bytes(PLAIN_PLUGIN);
  for (const std::size_t size : {0u, 3u, 40u, 64u, 600u, 4096u}) {
    const TemporaryFile cut(bytes.substr(0, size));
    CHECK(failure_of(cut.path).find(cut.path) == 0);
  }
}

TEST_CASE("load_plugin asks whether a missing main is hidden") {
  const auto message = failure_of(HIDDEN_PLUGIN);
  CHECK(message.find(HIDDEN_PLUGIN " has no main") == 0);
  CHECK(message.find("-fvisibility=hidden") != std::string::npos);
}

TEST_CASE("load_plugin names all undefined symbols, demangled") {
  const auto message = failure_of(UNDEFINED_PLUGIN);
  CHECK(message.find(UNDEFINED_PLUGIN " cannot be loaded: undefined symbols ") == 0);
  CHECK(message.find("elsewhere::plant(std::__cxx11::basic_string<") != std::string::npos);
  CHECK(message.find("elsewhere::harvest") != std::string::npos);
  CHECK(message.find("cos") == std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
}

TEST_CASE("load_plugin names a library that is not found") {
  const auto message = failure_of(NEEDY_PLUGIN);
  CHECK(message.find(NEEDY_PLUGIN " cannot be loaded: it needs libscoop_vanished.so, which is not found") == 0);
}
