#include "worker/runtime/elf_image.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace scoop {
namespace {

std::string program_path() {
  std::error_code failed;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? "this program" : path.string();
}

std::string without_folders(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// The largest symbol index in a chain table, plus one.
std::size_t count_of_gnu_hash(const std::uint32_t* table) {
  const std::uint32_t buckets = table[0];
  const std::uint32_t first = table[1];
  const std::uint32_t filter_words = table[2];
  const std::uint32_t* bucket = table + 4 + filter_words * (sizeof(ElfW(Addr)) / sizeof(std::uint32_t));
  const std::uint32_t* chain = bucket + buckets;
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < buckets; ++i) last = std::max(last, bucket[i]);
  if (last < first) return first;  // exports nothing
  while ((chain[last - first] & 1) == 0) ++last;
  return std::size_t{last} + 1;
}

}  // namespace

ElfImage::ElfImage(const dl_phdr_info& info)
    : path_(info.dlpi_name ? info.dlpi_name : ""), base_(info.dlpi_addr), is_program_(path_.empty()) {
  if (is_program_) path_ = program_path();
  name_ = without_folders(path_);
  const ElfW(Dyn)* dynamic = nullptr;
  for (int i = 0; i < info.dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info.dlpi_phdr[i];
    const std::uintptr_t begin = base_ + header.p_vaddr;
    if (header.p_type == PT_LOAD)
      segments_.push_back({begin, begin + header.p_memsz, (header.p_flags & PF_X) != 0});
    else if (header.p_type == PT_DYNAMIC)
      dynamic = reinterpret_cast<const ElfW(Dyn)*>(begin);
    else if (header.p_type == PT_GNU_EH_FRAME)
      unwind_table_ = UnwindTable(reinterpret_cast<const unsigned char*>(begin), header.p_memsz);
  }
  if (dynamic) read_dynamic(dynamic);
}

void ElfImage::read_dynamic(const ElfW(Dyn) * entry) {
  std::size_t soname = 0;  // 0: none, since every string table begins with an empty text
  for (; entry->d_tag != DT_NULL; ++entry) {
    const std::uintptr_t value = entry->d_un.d_ptr;
    if (entry->d_tag == DT_SYMTAB) symbols_ = static_cast<const ElfW(Sym)*>(dynamic_pointer(value));
    if (entry->d_tag == DT_STRTAB) strings_ = static_cast<const char*>(dynamic_pointer(value));
    if (entry->d_tag == DT_STRSZ) strings_size_ = value;
    if (entry->d_tag == DT_VERSYM) versions_ = static_cast<const std::uint16_t*>(dynamic_pointer(value));
    if (entry->d_tag == DT_GNU_HASH) gnu_hash_ = static_cast<const std::uint32_t*>(dynamic_pointer(value));
    if (entry->d_tag == DT_HASH) sysv_hash_ = static_cast<const std::uint32_t*>(dynamic_pointer(value));
    if (entry->d_tag == DT_SONAME) soname = value;
  }
  // A program may be called anything, and is one only.
  if (!is_program_ && strings_ && soname != 0 && soname < strings_size_) name_ = strings_ + soname;
}

const void* ElfImage::dynamic_pointer(std::uintptr_t value) const {
  for (const std::uintptr_t address : {value, base_ + value})
    if (contains(address, 1)) return reinterpret_cast<const void*>(address);
  return nullptr;
}

bool ElfImage::contains(std::uintptr_t address, std::size_t size) const {
  return std::any_of(segments_.begin(), segments_.end(), [&](const Segment& segment) {
    return address >= segment.begin && address < segment.end && size <= segment.end - address;
  });
}

bool ElfImage::is_code(std::uintptr_t address) const {
  return std::any_of(segments_.begin(), segments_.end(), [&](const Segment& segment) {
    return segment.is_executable && address >= segment.begin && address < segment.end;
  });
}

bool ElfImage::is_function(std::uintptr_t address) const {
  if (!is_code(address)) return false;
  if (unwind_table_.find(address) != UnwindTable::Place::inside) return true;
  const auto symbols = dynamic_symbols();
  return std::any_of(symbols.begin(), symbols.end(),
                     [&](const DynamicSymbol& symbol) { return !symbol.is_defined && symbol.address == address; });
}

std::size_t ElfImage::symbol_count() const {
  if (!symbols_ || !strings_) return 0;
  if (gnu_hash_) return count_of_gnu_hash(gnu_hash_);
  return sysv_hash_ ? sysv_hash_[1] : 0;
}

std::vector<DynamicSymbol> ElfImage::dynamic_symbols() const {
  constexpr std::uint16_t hidden_version = 0x8000;
  std::vector<DynamicSymbol> result;
  const std::size_t count = symbol_count();
  for (std::size_t i = 1; i < count; ++i) {
    const ElfW(Sym)& symbol = symbols_[i];
    const auto type = ELF64_ST_TYPE(symbol.st_info);  // the same for 32 bits
    if (type != STT_FUNC && type != STT_GNU_IFUNC) continue;
    if (symbol.st_value == 0 || symbol.st_name >= strings_size_) continue;
    result.push_back({.name = strings_ + symbol.st_name,
                      .address = base_ + symbol.st_value,
                      .is_defined = symbol.st_shndx != SHN_UNDEF,
                      .is_resolver = type == STT_GNU_IFUNC,
                      .is_old_version = versions_ && (versions_[i] & hidden_version) != 0});
  }
  return result;
}

std::vector<ElfImage> loaded_images() {
  std::vector<ElfImage> images;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        auto& list = *static_cast<std::vector<ElfImage>*>(result);
        // The program has no name here, and comes first; what else has none is no file.
        const bool has_name = info->dlpi_name && info->dlpi_name[0] != '\0';
        if (has_name || list.empty()) list.emplace_back(*info);
        return 0;
      },
      &images);
  return images;
}

}  // namespace scoop
