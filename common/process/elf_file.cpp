#include "common/process/elf_file.hpp"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "common/base/unique_fd.hpp"

namespace scoop {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Section = ElfW(Shdr);
using Dynamic = ElfW(Dyn);
using Symbol = ElfW(Sym);

#if defined(__x86_64__)
constexpr int this_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr int this_machine = EM_AARCH64;
#elif defined(__riscv)
constexpr int this_machine = EM_RISCV;
#elif defined(__powerpc64__)
constexpr int this_machine = EM_PPC64;
#elif defined(__s390x__)
constexpr int this_machine = EM_S390;
#endif
constexpr int this_class = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
constexpr int this_order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
constexpr const char* how_to_compile = "compile the program with: scoop-c++ program.cpp -o program.so";

std::string processor_name(int machine) {
  switch (machine) {
    case EM_386:
      return "i386";
    case EM_X86_64:
      return "x86-64";
    case EM_ARM:
      return "ARM";
    case EM_AARCH64:
      return "AArch64";
    case EM_RISCV:
      return "RISC-V";
    case EM_PPC64:
      return "PowerPC 64";
    case EM_S390:
      return "s390";
    default:
      return "machine number " + std::to_string(machine);
  }
}

/// e_machine has the same place in all classes.
std::string machine_of(const Header& header) {
  const bool is_other_order = header.e_ident[EI_DATA] != this_order;
  const auto machine = is_other_order ? __builtin_bswap16(header.e_machine) : header.e_machine;
  return processor_name(machine) + (header.e_ident[EI_CLASS] == ELFCLASS32 ? " of 32 bits" : "") +
         (is_other_order ? " of other byte order" : "");
}

/// Anything may be in the file, and it may shrink while it is read (somebody compiles): so no mapping of it.
class File {
 public:
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}

  int fd() const { return fd_.get(); }
  explicit operator bool() const { return static_cast<bool>(fd_); }

  template <class T>
  std::optional<T> read(std::uint64_t offset) const {
    T value;
    if (::pread(fd(), &value, sizeof value, static_cast<off_t>(offset)) != sizeof value) return std::nullopt;
    return value;
  }

  /// A text ended by a zero.
  std::string text(std::uint64_t offset) const {
    std::array<char, 16384> block;  // no symbol of a sane program is longer
    const auto count = ::pread(fd(), block.data(), block.size(), static_cast<off_t>(offset));
    return count > 0 ? std::string(block.data(), ::strnlen(block.data(), static_cast<std::size_t>(count))) : "";
  }

 private:
  UniqueFd fd_;
};

std::optional<Section> section(const File& file, const Header& header, std::uint64_t index) {
  if (index >= header.e_shnum || header.e_shentsize != sizeof(Section)) return std::nullopt;
  return file.read<Section>(header.e_shoff + index * sizeof(Section));
}

template <class Entry, class Visit>
void each_entry(const File& file, const Section& table, Visit visit) {
  for (std::uint64_t i = 0; i < table.sh_size / sizeof(Entry); ++i) {
    const auto entry = file.read<Entry>(table.sh_offset + i * sizeof(Entry));
    if (!entry) return;
    visit(*entry);
  }
}

/// Programs of today are position independent too; this flag tells them from libraries.
bool is_program(const File& file, const Header& header) {
  if (header.e_type == ET_EXEC) return true;
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const auto segment = file.read<Segment>(header.e_phoff + i * sizeof(Segment));
    if (!segment || segment->p_type != PT_DYNAMIC) continue;
    for (std::uint64_t at = 0; at + sizeof(Dynamic) <= segment->p_filesz; at += sizeof(Dynamic)) {
      const auto entry = file.read<Dynamic>(segment->p_offset + at);
      if (!entry || entry->d_tag == DT_NULL) break;
      if (entry->d_tag == DT_FLAGS_1) return (entry->d_un.d_val & DF_1_PIE) != 0;
    }
  }
  return false;
}

/// Loading a file that ends inside a segment would end this process by SIGBUS.
bool is_whole(const File& file, const Header& header, std::uint64_t size) {
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const auto segment = file.read<Segment>(header.e_phoff + i * sizeof(Segment));
    if (!segment || segment->p_offset > size || segment->p_filesz > size - segment->p_offset) return false;
  }
  return true;
}

Status check_header(const std::string& path, const File& file, std::uint64_t size) {
  const auto header = file.read<Header>(0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) {
    return Failure{path + " is not a shared library: " + how_to_compile};
  }
  if (header->e_ident[EI_CLASS] != this_class || header->e_ident[EI_DATA] != this_order ||
      header->e_machine != this_machine) {
    return Failure{path + " was built for another machine (" + machine_of(*header) + ", this one is " +
                   processor_name(this_machine) + "): compile it for this one"};
  }
  if (header->e_type == ET_REL) {
    return Failure{path + " is an object file, not a shared library: " + how_to_compile};
  }
  if (!is_whole(file, *header, size)) return Failure{path + " is cut off: compile or copy it again"};
  if (is_program(file, *header)) {
    return Failure{path + " is an executable, not a shared library: " + how_to_compile};
  }
  if (header->e_type != ET_DYN) return Failure{path + " is not a shared library: " + how_to_compile};
  return success();
}

}  // namespace

Status check_shared_library(const std::string& path) {
  const File file(path);
  struct stat status {};
  if (!file && (errno == ENOENT || errno == ENOTDIR)) {
    return Failure{path +
                   ": no such file; give the path of a program, compiled (.so) or to be compiled (.cpp, .cc, .cxx)"};
  }
  if (!file || ::fstat(file.fd(), &status) != 0) {
    return Failure{path + " cannot be read: " + std::strerror(errno) +
                   "; give the path of a program that you may read"};
  }
  if (S_ISDIR(status.st_mode)) return Failure{path + " is a folder, not a shared library: " + how_to_compile};
  if (!S_ISREG(status.st_mode)) return Failure{path + " is not a shared library: " + how_to_compile};
  return check_header(path, file, static_cast<std::uint64_t>(status.st_size));
}

std::string read_interpreter(const std::string& path) {
  const File file(path);
  const auto header = file.read<Header>(0);
  for (std::uint64_t i = 0; header && i < header->e_phnum; ++i) {
    const auto segment = file.read<Segment>(header->e_phoff + i * sizeof(Segment));
    if (segment && segment->p_type == PT_INTERP) return file.text(segment->p_offset);
  }
  return "";
}

std::string dynamic_names(const std::string& path) {
  constexpr std::uint64_t most = 64u << 20;  // anything may be in the file
  const File file(path);
  const auto header = file.read<Header>(0);
  for (std::uint64_t i = 0; header && i < header->e_shnum; ++i) {
    const auto table = section(file, *header, i);
    if (!table || table->sh_type != SHT_DYNSYM) continue;
    const auto names = section(file, *header, table->sh_link);
    if (!names || names->sh_size > most) break;
    std::string text(names->sh_size, '\0');
    const auto count = ::pread(file.fd(), text.data(), text.size(), static_cast<off_t>(names->sh_offset));
    if (count == static_cast<ssize_t>(text.size())) return text;
  }
  return "";
}

ElfNeeds read_needs(const std::string& path) {
  ElfNeeds result;
  const File file(path);
  const auto header = file.read<Header>(0);
  if (!header) return result;
  for (std::uint64_t i = 0; i < header->e_shnum; ++i) {
    const auto table = section(file, *header, i);
    const auto names = table ? section(file, *header, table->sh_link) : std::nullopt;
    if (!names) continue;
    if (table->sh_type == SHT_DYNSYM) {
      each_entry<Symbol>(file, *table, [&](const Symbol& symbol) {
        const auto binding = symbol.st_info >> 4;
        if (symbol.st_shndx != SHN_UNDEF || symbol.st_name == 0 || binding == STB_WEAK) return;
        result.symbols.push_back(file.text(names->sh_offset + symbol.st_name));
      });
    } else if (table->sh_type == SHT_DYNAMIC) {
      each_entry<Dynamic>(file, *table, [&](const Dynamic& entry) {
        if (entry.d_tag == DT_NEEDED) result.libraries.push_back(file.text(names->sh_offset + entry.d_un.d_val));
      });
    }
  }
  return result;
}

}  // namespace scoop
