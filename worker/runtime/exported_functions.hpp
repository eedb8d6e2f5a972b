#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "worker/runtime/elf_image.hpp"

namespace scoop {

/// The functions that a library exports, as pointers to them compare: where the library picks one of several for this
/// processor (IFUNC), the picked one. Keeps the library loaded from here on.
class ExportedFunctions {
 public:
  /// Empty where the library has been unloaded meanwhile.
  explicit ExportedFunctions(const ElfImage& image);

  /// Empty: none begins there. Of several names of one function always the same one.
  std::string_view name_of(std::uintptr_t address) const;
  /// 0: none of that name.
  std::uintptr_t address_of(std::string_view name) const;

 private:
  std::unordered_map<std::uintptr_t, std::string_view> names_;
  std::unordered_map<std::string_view, std::uintptr_t> addresses_;
};

}  // namespace scoop
