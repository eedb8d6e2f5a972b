#include "worker/runtime/unwind_table.hpp"

#include <cstring>

namespace scoop {
namespace {

// DW_EH_PE_*: how numbers are written.
constexpr unsigned char encoded_udata4 = 0x03;
constexpr unsigned char encoded_sdata4 = 0x0b;
constexpr unsigned char relative_to_place = 0x10;
constexpr unsigned char relative_to_header = 0x30;

// version, three encodings, the place of .eh_frame, the count.
constexpr std::size_t header_size = 12;
// Where a function begins, and its entry in .eh_frame.
constexpr std::size_t row_size = 8;

template <class T>
T load(const unsigned char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

std::uintptr_t address_of(const unsigned char* place) { return reinterpret_cast<std::uintptr_t>(place); }

}  // namespace

UnwindTable::UnwindTable(const unsigned char* header, std::size_t size) {
  if (size < header_size || header[0] != 1) return;
  if (header[1] != (relative_to_place | encoded_sdata4) || header[2] != encoded_udata4 ||
      header[3] != (relative_to_header | encoded_sdata4)) {
    return;
  }
  const std::size_t count = load<std::uint32_t>(header + 8);
  if (count > (size - header_size) / row_size) return;
  header_ = header;
  count_ = count;
}

UnwindTable::Place UnwindTable::find(std::uintptr_t code) const {
  std::size_t lo = 0;  // rows below begin at or before `code`
  std::size_t hi = count_;
  while (lo < hi) {
    const std::size_t mid = (lo + hi) / 2;
    if (address(mid, 0) <= code)
      lo = mid + 1;
    else
      hi = mid;
  }
  if (lo == 0) return Place::uncovered;
  if (address(lo - 1, 0) == code) return Place::start;
  return covers(lo - 1, code) ? Place::inside : Place::uncovered;
}

std::uintptr_t UnwindTable::address(std::size_t index, std::size_t column) const {
  const unsigned char* field = header_ + header_size + index * row_size + column * sizeof(std::int32_t);
  return address_of(header_) + static_cast<std::uintptr_t>(std::intptr_t{load<std::int32_t>(field)});
}

/// The entry says how far the function reaches, written in a way that only another entry tells; but since the beginning
/// is known, the right one of the two ways in use shows itself.
bool UnwindTable::covers(std::size_t index, std::uintptr_t code) const {
  const std::uintptr_t begin = address(index, 0);
  const auto* entry = reinterpret_cast<const unsigned char*>(address(index, 1));
  const unsigned char* field = entry + 8;  // behind its length and the pointer to the other entry
  if (address_of(field) + static_cast<std::uintptr_t>(std::intptr_t{load<std::int32_t>(field)}) == begin)
    return code - begin < load<std::uint32_t>(field + 4);
  if (address_of(field) + static_cast<std::uintptr_t>(load<std::int64_t>(field)) == begin)
    return code - begin < load<std::uint64_t>(field + 8);
  return true;  // written in a third way: only beginnings count
}

}  // namespace scoop
