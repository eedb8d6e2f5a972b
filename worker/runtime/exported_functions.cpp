#include "worker/runtime/exported_functions.hpp"

#include <dlfcn.h>

#include <tuple>

namespace scoop {
namespace {

/// Which of two names of one function goes over the wire: the plain one, since aliases come and go with versions.
bool is_better_name(std::string_view a, std::string_view b) {
  const auto rank = [](std::string_view name) {
    // On some processors memcpy is memmove, on others not; memmove is right for both.
    const bool is_risky = name == "memcpy" || name == "mempcpy";
    return std::tuple(is_risky, name.starts_with('_'), name.size(), name);
  };
  return rank(a) < rank(b);
}

}  // namespace

ExportedFunctions::ExportedFunctions(const ElfImage& image) {
  void* handle = ::dlopen(image.is_program() ? nullptr : image.path().c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (!handle) return;  // else never closed: names and addresses stay good
  const auto symbols = image.dynamic_symbols();
  for (const bool old : {false, true}) {
    for (const DynamicSymbol& symbol : symbols) {
      if (!symbol.is_defined || symbol.is_old_version != old) continue;
      std::uintptr_t address = symbol.address;
      if (symbol.is_resolver) address = reinterpret_cast<std::uintptr_t>(::dlsym(handle, symbol.name));
      if (address != 0) addresses_.emplace(symbol.name, address);  // the current version of a name wins
    }
  }
  for (const auto& [name, address] : addresses_) {
    const auto [known, is_new] = names_.emplace(address, name);
    if (!is_new && is_better_name(name, known->second)) known->second = name;
  }
}

std::string_view ExportedFunctions::name_of(std::uintptr_t address) const {
  const auto found = names_.find(address);
  return found == names_.end() ? std::string_view() : found->second;
}

std::uintptr_t ExportedFunctions::address_of(std::string_view name) const {
  const auto found = addresses_.find(name);
  return found == addresses_.end() ? 0 : found->second;
}

}  // namespace scoop
