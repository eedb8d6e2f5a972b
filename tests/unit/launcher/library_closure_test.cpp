#include "launcher/library_closure.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "common/process/elf_file.hpp"

using namespace scoop;

namespace {

std::string own_interpreter() { return read_interpreter("/proc/self/exe"); }

std::string shown(const std::vector<NeededLibrary>& libraries) {
  std::string text;
  for (const auto& library : libraries) text += library.name + "=" + library.path + ";";
  return text;
}

}  // namespace

TEST_CASE("parse_library_list leaves out what is the C library's or the kernel's") {
  CHECK(shown(parse_library_list("\tlinux-vdso.so.1 (0x00007ff94260f000)\n"
                                 "\tlibscoop.so.0 => /opt/a => b (0x1)/libscoop.so.0 (0x00007ff94251b000)\n"
                                 "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007ff94201e000)\n"
                                 "\tlibmd.so.0 => /lib/libmd.so.0 (0x00007ff94241d000)\n"
                                 "\t/lib64/ld-linux-x86-64.so.2 (0x00007ff942611000)\n")) ==
        "libscoop.so.0=/opt/a => b (0x1)/libscoop.so.0;libmd.so.0=/lib/libmd.so.0;");
  CHECK(parse_library_list("\tstatically linked\n").empty());
  CHECK(parse_library_list("").empty());
}

TEST_CASE("parse_library_list tells what is not found, and what is needed by its path") {
  CHECK(shown(parse_library_list("\tliba.so => not found\n\t/home/u/libb.so (0x00007ff942611000)\n")) ==
        "liba.so=;/home/u/libb.so=/home/u/libb.so;");
}

TEST_CASE("is_of_c_library knows glibc's parts and nothing that is only called alike") {
  for (const auto* name : {"libc.so.6", "libm.so.6", "libpthread.so.0", "ld-linux-x86-64.so.2", "libnss_files.so.2",
                           "libresolv.so.2", "libmvec.so.1", "linux-vdso.so.1", "ld64.so.2", "ld-linux-aarch64.so.1"}) {
    CHECK_MESSAGE(is_of_c_library(name), name);
  }
  for (const auto* name : {"libcrypt.so.1", "libmd.so.0", "libc++.so.1", "libnss3.so", "librtmp.so.1", "libstdc++.so.6",
                           "libgcc_s.so.1", "libnsl.so.2", "libdlib.so", "libutilities.so"}) {
    CHECK_MESSAGE(!is_of_c_library(name), name);
  }
}

TEST_CASE("library_closure asks the loader for what this program needs") {
  REQUIRE(own_interpreter().starts_with("/"));
  const auto self = std::filesystem::read_symlink("/proc/self/exe").string();
  const auto own = library_closure(self, own_interpreter());
  REQUIRE(own);
  const auto found = std::ranges::find(*own, "libstdc++.so.6", &NeededLibrary::name);
  REQUIRE(found != own->end());
  CHECK(std::filesystem::exists(found->path));
  CHECK(std::ranges::none_of(*own, [](const auto& library) { return is_of_c_library(library.name); }));
}

TEST_CASE("library_closure says what cannot be loaded, in the loader's words") {
  const auto nothing = library_closure("/nowhere/program.so", own_interpreter());
  REQUIRE_FALSE(nothing);
  CHECK(nothing.failure().message.starts_with("/nowhere/program.so cannot be loaded: "));
  CHECK(nothing.failure().message.find("No such file") != std::string::npos);
}

TEST_CASE("library_closure refuses a library that is needed by its path") {
  const auto libraries = library_closure(BY_PATH_PLUGIN, own_interpreter());
  REQUIRE_FALSE(libraries);
  CHECK(libraries.failure().message.find("libscoop_nameless.so by its path") != std::string::npos);
}
