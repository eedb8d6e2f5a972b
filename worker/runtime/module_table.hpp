#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <scoop/detail/abi.hpp>
#include <span>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/protocol/message.hpp"
#include "worker/runtime/elf_image.hpp"
#include "worker/runtime/exported_functions.hpp"

namespace scoop {

/// What tasks and functions are called between processes. A module is a loaded object that holds registered task
/// descriptors; its number is its place among the content hashes of all modules, which workers compare when they greet.
/// Things inside modules are named by their offset, functions of other libraries by library and symbol.
///
/// Threads: all but refresh may be called from several threads at once, refresh from one alone.
class ModuleTable {
 public:
  /// Takes in what is loaded and registered now: call it after loading the program. What is loaded later stays unknown.
  ///
  /// Errors: a descriptor of another ABI version (both versions and the module's path are named), a module whose file
  ///         cannot be read; the table is then as before.
  Status refresh();

  /// Content hashes of the modules, in the table's order: ascending.
  std::vector<std::uint64_t> hashes() const;

  /// Appends (module, offset). False: the type is in no known module, and an error result was appended instead.
  bool write_type(const detail::TaskType* type, detail::Writer& out) const;
  /// Takes any bytes. Null, with a sentence in `why`, unless they name a registered descriptor.
  const detail::TaskType* read_type(detail::Reader& in, std::string& why) const;
  /// The type that `work` begins with. Null: damaged or unknown.
  const detail::TaskType* type_of_work(std::span<const char> work) const noexcept;

  /// Appends [module, offset] or [library, symbol]. False, with a sentence in `why` and nothing appended, when other
  /// processes could not find the function.
  bool write_code(const void* code, detail::Writer& out, std::string& why) const;
  /// Takes any bytes. Null, with a sentence in `why`, when they name no function of this process.
  const void* read_code(detail::Reader& in, std::string& why) const;

 private:
  struct Image {
    explicit Image(ElfImage loaded) : elf(std::move(loaded)) {}
    ~Image() { delete functions.load(std::memory_order_relaxed); }
    const ExportedFunctions& exported() const;

    ElfImage elf;
    std::optional<std::uint32_t> module;                               // its number, if it is one
    mutable std::atomic<const ExportedFunctions*> functions{nullptr};  // made when first asked for
  };
  struct Segment {
    std::uintptr_t begin;
    std::uintptr_t end;
    const Image* image;
  };
  struct Module {
    std::uint64_t hash;
    Image* image;
  };
  struct Type {
    const detail::TaskType* type;
    const Image* image;
  };

  void add_images();
  Status add_types();
  Status add_modules();
  const Image* find_image(std::uintptr_t address) const;
  const Image* find_type(const detail::TaskType* type) const;
  const void* find_code(std::uint64_t module, std::uint64_t offset, std::string& why) const;
  const void* find_code(std::string_view library, std::string_view symbol, std::string& why) const;

  std::vector<std::unique_ptr<Image>> images_;  // in the order of loading
  std::vector<Segment> segments_;               // ascending
  std::vector<Module> modules_;
  std::vector<Type> types_;  // ascending
};

/// This process's one.
ModuleTable& module_table();

}  // namespace scoop
