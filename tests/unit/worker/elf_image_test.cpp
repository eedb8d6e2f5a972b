#include "worker/runtime/elf_image.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "support/shared_object.hpp"

using namespace scoop;
using test::SharedObject;

namespace {

int own_function(int x) { return x + 1; }
int own_data = 1;

std::uintptr_t address_of(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }
template <class R, class... A>
std::uintptr_t address_of(R (*function)(A...)) {
  return reinterpret_cast<std::uintptr_t>(function);
}

ElfImage image_with(std::uintptr_t address) {
  const auto images = loaded_images();
  const auto found =
      std::find_if(images.begin(), images.end(), [&](const ElfImage& image) { return image.contains(address, 1); });
  REQUIRE((found != images.end()));
  return *found;
}

const DynamicSymbol* find_symbol(const std::vector<DynamicSymbol>& symbols, std::string_view name) {
  const auto found = std::find_if(symbols.begin(), symbols.end(),
                                  [&](const auto& symbol) { return symbol.name == name && !symbol.is_old_version; });
  return found == symbols.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("loaded_images has the program first, by its own path") {
  const auto images = loaded_images();
  REQUIRE_FALSE(images.empty());
  CHECK(images.front().is_program());
  CHECK(images.front().contains(address_of(&own_function), 1));
  CHECK(images.front().path() == std::filesystem::read_symlink("/proc/self/exe").string());
  CHECK(images.front().file() == std::string("/proc/self/exe"));
  CHECK(std::count_if(images.begin(), images.end(), [](const auto& image) { return image.is_program(); }) == 1);
}

TEST_CASE("ElfImage is called by its soname, and by its file's name without one") {
  const SharedObject library(LIBRARY_MODULE);
  CHECK(image_with(address_of(library.function<int(int)>("library_function"))).name() == "library_module.so");
  const auto images = loaded_images();
  for (const auto* soname : {"libc.so.6", "libm.so.6", "libstdc++.so.6"}) {
    CHECK(std::count_if(images.begin(), images.end(), [&](const auto& image) { return image.name() == soname; }) == 1);
  }
}

TEST_CASE("ElfImage tells code from data") {
  const ElfImage program = image_with(address_of(&own_function));
  CHECK(program.is_code(address_of(&own_function)));
  CHECK(program.contains(address_of(&own_data), sizeof own_data));
  CHECK_FALSE(program.is_code(address_of(&own_data)));
  CHECK_FALSE(program.is_function(address_of(&own_data)));
}

TEST_CASE("ElfImage contains nothing that reaches over a segment's end") {
  const ElfImage program = image_with(address_of(&own_function));
  const auto& segment = program.segments().back();
  CHECK(program.contains(segment.end - 8, 8));
  CHECK_FALSE(program.contains(segment.end - 8, 9));
  CHECK_FALSE(program.contains(segment.end - 8, SIZE_MAX));
  CHECK_FALSE(program.contains(0, 0));
}

TEST_CASE("ElfImage takes a function's first byte for a function, and no other") {
  const SharedObject library(LIBRARY_MODULE);
  const auto hidden = address_of(library.function<int (*())(int)>("hidden_function")());
  for (const std::uintptr_t function : {address_of(&own_function), hidden}) {
    const ElfImage image = image_with(function);
    CHECK(image.is_function(function));
    CHECK_FALSE(image.is_function(function + 1));
    CHECK_FALSE(image.is_function(function + 2));
  }
}

TEST_CASE("ElfImage lists the functions it exports, and not those it wants") {
  const SharedObject library(LIBRARY_MODULE);
  const auto exported = address_of(library.function<int(int)>("library_function"));
  const auto symbols = image_with(exported).dynamic_symbols();
  const auto* symbol = find_symbol(symbols, "library_function");
  REQUIRE(symbol);
  CHECK(symbol->is_defined);
  CHECK(symbol->address == exported);
  CHECK(find_symbol(symbols, "hidden") == nullptr);

  const SharedObject tasks(TASKS_MODULE);
  const auto wanting = image_with(address_of(tasks.function<void()>("module_task"))).dynamic_symbols();
  CHECK(find_symbol(wanting, "module_task") != nullptr);
  CHECK(find_symbol(wanting, "scoop_register_task") == nullptr);
}

TEST_CASE("ElfImage keeps old versions of a symbol apart from the current one") {
  const auto images = loaded_images();
  const auto libc = std::find_if(images.begin(), images.end(), [](const auto& i) { return i.name() == "libc.so.6"; });
  REQUIRE((libc != images.end()));
  std::size_t current = 0;
  for (const DynamicSymbol& symbol : libc->dynamic_symbols())
    if (symbol.name == std::string_view("regexec") && !symbol.is_old_version) ++current;
  CHECK(current == 1);
}
