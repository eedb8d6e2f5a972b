#include "common/process/sealed_memory.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

using namespace scoop;

TEST_CASE("SealedMemory is mapped as it was written, and outlives its descriptor") {
  auto memory = NewMemory::make(6);
  REQUIRE(memory);
  REQUIRE(memory->write(3, std::string("def")));
  REQUIRE(memory->write(0, std::string("abc")));
  auto fd = std::move(*memory).seal();
  REQUIRE(fd);
  const auto bytes = map_sealed(*fd);
  REQUIRE(bytes);
  fd->reset();
  CHECK(std::string(bytes->begin(), bytes->end()) == "abcdef");
  CHECK(reinterpret_cast<std::uintptr_t>(bytes->data()) % 4096 == 0);
}

TEST_CASE("SealedMemory cannot be changed by anybody who has it") {
  auto memory = NewMemory::make(3);
  REQUIRE(memory);
  const auto fd = std::move(*memory).seal();
  REQUIRE(fd);
  CHECK(::pwrite(fd->get(), "x", 1, 0) == -1);
  CHECK(::ftruncate(fd->get(), 1) == -1);
  CHECK(::ftruncate(fd->get(), 9) == -1);
  CHECK(::mmap(nullptr, 3, PROT_READ | PROT_WRITE, MAP_SHARED, fd->get(), 0) == MAP_FAILED);
  CHECK((::fcntl(fd->get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("SealedMemory may be empty") {
  auto memory = NewMemory::make(0);
  REQUIRE(memory);
  const auto fd = std::move(*memory).seal();
  REQUIRE(fd);
  const auto bytes = map_sealed(*fd);
  REQUIRE(bytes);
  CHECK(bytes->empty());
}

TEST_CASE("SealedMemory is not mapped where it is not sealed") {
  const UniqueFd fd(::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  CHECK_FALSE(map_sealed(fd));
  CHECK_FALSE(map_sealed(UniqueFd()));
}
