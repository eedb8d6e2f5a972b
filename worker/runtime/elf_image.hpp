#pragma once
#include <link.h>

#include <cstdint>
#include <string>
#include <vector>

#include "worker/runtime/unwind_table.hpp"

namespace scoop {

/// A function that a loaded object exports, or its stub for one of another.
struct DynamicSymbol {
  const char* name = nullptr;  // in the object's own memory
  std::uintptr_t address = 0;  // defined: of the function, or of its resolver; else of the stub
  bool is_defined = false;
  bool is_resolver = false;  // IFUNC: the function is what the resolver picks for this processor
  bool is_old_version = false;
};

/// The program or a shared library, as the dynamic linker has loaded it.
///
/// Lifetime: reads the object's memory; of no use once it is unloaded.
class ElfImage {
 public:
  struct Segment {
    std::uintptr_t begin;
    std::uintptr_t end;
    bool is_executable;
  };

  explicit ElfImage(const dl_phdr_info& info);

  /// For people.
  const std::string& path() const { return path_; }
  /// What to open: the file that was loaded, even if the path now leads elsewhere, where there is a way to it.
  const char* file() const { return is_program_ ? "/proc/self/exe" : path_.c_str(); }
  /// The same on every host: the DT_SONAME, else the file's name without folders.
  const std::string& name() const { return name_; }
  bool is_program() const { return is_program_; }

  /// Added to the addresses in the file.
  std::uintptr_t base() const { return base_; }
  const std::vector<Segment>& segments() const { return segments_; }
  bool contains(std::uintptr_t address, std::size_t size) const;
  bool is_code(std::uintptr_t address) const;
  /// Whether a function pointer may hold this address: no unwind information speaks against it, or it is the stub of
  /// another library's function (programs that are not position independent take the stub's address).
  bool is_function(std::uintptr_t address) const;

  /// Functions with an address in this object.
  std::vector<DynamicSymbol> dynamic_symbols() const;

 private:
  void read_dynamic(const ElfW(Dyn) * entry);
  /// Linkers of some machines leave file addresses here; null: neither leads into this object.
  const void* dynamic_pointer(std::uintptr_t value) const;
  std::size_t symbol_count() const;

  std::string path_;
  std::string name_;
  std::uintptr_t base_;
  bool is_program_;
  std::vector<Segment> segments_;
  UnwindTable unwind_table_;

  const ElfW(Sym) * symbols_ = nullptr;
  const char* strings_ = nullptr;
  std::size_t strings_size_ = 0;
  const std::uint16_t* versions_ = nullptr;
  const std::uint32_t* gnu_hash_ = nullptr;
  const std::uint32_t* sysv_hash_ = nullptr;
};

/// All that is loaded now, in the order of loading; the program comes first.
std::vector<ElfImage> loaded_images();

}  // namespace scoop
