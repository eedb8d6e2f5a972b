#include "worker/runtime/exported_functions.hpp"

#include <dlfcn.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "support/shared_object.hpp"
#include "support/temp_dir.hpp"

using namespace scoop;
using test::SharedObject;

namespace {

template <class Function>
std::uintptr_t address_of(Function* function) {
  return reinterpret_cast<std::uintptr_t>(function);
}

ElfImage image_named(std::string_view name) {
  const auto images = loaded_images();
  const auto found =
      std::find_if(images.begin(), images.end(), [&](const auto& image) { return image.name() == name; });
  REQUIRE((found != images.end()));
  return *found;
}

}  // namespace

TEST_CASE("ExportedFunctions knows functions as pointers to them compare, picked for this processor or not") {
  const ExportedFunctions libm(image_named("libm.so.6"));
  CHECK(libm.name_of(address_of<float(float)>(&::cosf)) == "cosf");
  CHECK(libm.name_of(address_of<double(double)>(&::sin)) == "sin");
  CHECK(libm.address_of("cosf") == address_of<float(float)>(&::cosf));
  CHECK(libm.address_of("sin") == address_of<double(double)>(&::sin));
}

TEST_CASE("ExportedFunctions knows the functions of libstdc++ by their mangled names") {
  const ExportedFunctions library(image_named("libstdc++.so.6"));
  const auto function = address_of(&std::__throw_out_of_range);
  CHECK(library.name_of(function) == "_ZSt20__throw_out_of_rangePKc");
  CHECK(library.address_of("_ZSt20__throw_out_of_rangePKc") == function);
}

TEST_CASE("ExportedFunctions gives one and the same name to a function with several") {
  const ElfImage libc = image_named("libc.so.6");
  const ExportedFunctions one(libc);
  const ExportedFunctions other(libc);
  for (const auto* name : {"toupper", "strtol", "strtoll", "write", "memmove", "index"}) {
    const auto address = one.address_of(name);
    REQUIRE(address != 0);
    const auto known = one.name_of(address);
    CHECK_FALSE(known.starts_with('_'));
    CHECK(known == other.name_of(address));
    CHECK(one.address_of(known) == address);
  }
}

TEST_CASE("ExportedFunctions never calls memmove memcpy, which elsewhere may be another function") {
  const ExportedFunctions libc(image_named("libc.so.6"));
  CHECK(libc.name_of(libc.address_of("memmove")) == "memmove");
}

TEST_CASE("ExportedFunctions knows nothing that is not exported") {
  const SharedObject object(LIBRARY_MODULE);
  const ExportedFunctions library(image_named("library_module.so"));
  CHECK(library.name_of(address_of(object.function<int(int)>("library_function"))) == "library_function");
  CHECK(library.name_of(address_of(object.function<int (*())(int)>("hidden_function")())).empty());
  CHECK(library.address_of("hidden") == 0);
  CHECK(library.address_of("") == 0);
}

TEST_CASE("ExportedFunctions of a library that was unloaded is empty") {
  const test::TempDir folder;
  const std::string path = folder / "copy.so";  // nobody else keeps this one loaded
  std::filesystem::copy_file(LIBRARY_MODULE, path);
  ElfImage image = image_named("libc.so.6");
  {
    const SharedObject object(path);
    image = image_named("copy.so");
  }
  REQUIRE((::dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD) == nullptr));
  CHECK(ExportedFunctions(image).address_of("library_function") == 0);
}
