#include "launcher/archive.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>

namespace scoop {
namespace {

/// The form of POSIX, "ustar".
struct Header {
  char name[100];
  char mode[8];
  char user[8];
  char group[8];
  char size[12];
  char time[12];
  char sum[8];
  char kind;
  char link[100];
  char magic[6];
  char version[2];
  char rest[247];
};
static_assert(sizeof(Header) == archive_block);

constexpr char plain_file = '0';
// A name longer than its place is the content of an entry of its own, in front; all programs understand this one.
constexpr char long_name = 'L';

template <std::size_t size>
void write_octal(char (&field)[size], std::uint64_t number) {
  std::snprintf(field, size, "%0*llo", static_cast<int>(size) - 1, static_cast<unsigned long long>(number));
}

std::string header(char kind, std::string_view name, std::uint64_t size) {
  Header header{};
  std::memcpy(header.name, name.data(), std::min(name.size(), sizeof header.name));
  write_octal(header.mode, 0755);
  write_octal(header.user, 0);
  write_octal(header.group, 0);
  write_octal(header.size, size);
  write_octal(header.time, 1'000'000'000);  // tar warns of a zero
  header.kind = kind;
  std::memcpy(header.magic, "ustar", sizeof header.magic);
  std::memcpy(header.version, "00", sizeof header.version);
  std::memset(header.sum, ' ', sizeof header.sum);  // counts as blanks in itself
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  unsigned sum = 0;
  for (const char byte : bytes) sum += static_cast<unsigned char>(byte);
  std::snprintf(bytes.data() + offsetof(Header, sum), sizeof header.sum, "%06o", sum);
  return bytes;
}

}  // namespace

std::string archive_header(std::string_view name, std::uint64_t size) {
  if (name.size() <= sizeof Header::name) return header(plain_file, name, size);
  auto bytes = header(long_name, "././@LongLink", name.size() + 1);
  bytes += name;
  bytes.resize(bytes.size() + 1 + archive_padding(name.size() + 1));
  return bytes + header(plain_file, name, size);
}

}  // namespace scoop
