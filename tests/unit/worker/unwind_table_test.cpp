#include "worker/runtime/unwind_table.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

using scoop::UnwindTable;
using Place = UnwindTable::Place;

namespace {

/// A table as linkers make it, with functions where the test wants them: [100, 120) and [140, 150) behind the header.
struct Table {
  alignas(8) unsigned char bytes[200] = {1, 0x1b, 0x03, 0x3b};

  Table() {
    put(8, 2);  // functions
    put_function(0, 100, 20);
    put_function(1, 140, 10);
  }
  void put(std::size_t at, std::int32_t value) { std::memcpy(bytes + at, &value, sizeof value); }
  void put_function(int row, int begin, int size) {
    const int entry = 40 + 16 * row;
    put(12 + 8 * static_cast<std::size_t>(row), begin);
    put(16 + 8 * static_cast<std::size_t>(row), entry);
    put(static_cast<std::size_t>(entry) + 8, begin - (entry + 8));
    put(static_cast<std::size_t>(entry) + 12, size);
  }
  Place find(int offset) const {
    return UnwindTable(bytes, sizeof bytes)
        .find(reinterpret_cast<std::uintptr_t>(bytes) + static_cast<unsigned>(offset));
  }
};

}  // namespace

TEST_CASE("UnwindTable tells where functions begin, what is inside them, and what it does not know") {
  const Table table;
  CHECK(table.find(99) == Place::uncovered);
  CHECK(table.find(100) == Place::start);
  CHECK(table.find(101) == Place::inside);
  CHECK(table.find(119) == Place::inside);
  CHECK(table.find(120) == Place::uncovered);
  CHECK(table.find(140) == Place::start);
  CHECK(table.find(149) == Place::inside);
  CHECK(table.find(150) == Place::uncovered);
}

TEST_CASE("UnwindTable knows beginnings only where the sizes are written in a way it does not read") {
  Table table;
  table.put(48, 0);  // the beginning of the first function, no longer relative to this place
  CHECK(table.find(100) == Place::start);
  CHECK(table.find(130) == Place::inside);
}

TEST_CASE("UnwindTable takes a header of another form as no table") {
  for (const std::size_t byte : {0u, 1u, 2u, 3u}) {
    Table table;
    table.bytes[byte] = 0xff;
    CHECK(table.find(101) == Place::uncovered);
  }
}

TEST_CASE("UnwindTable takes a count beyond the segment's end as no table") {
  Table table;
  table.put(8, 24);
  CHECK(table.find(101) == Place::uncovered);
  CHECK(UnwindTable(table.bytes, 11).find(0) == Place::uncovered);
}

TEST_CASE("UnwindTable without functions knows nothing") {
  Table table;
  table.put(8, 0);
  CHECK(table.find(100) == Place::uncovered);
  CHECK(UnwindTable().find(100) == Place::uncovered);
}
