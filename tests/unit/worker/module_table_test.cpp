#include "worker/runtime/module_table.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <random>
#include <scoop/detail/error_record.hpp>
#include <scoop/detail/pack.hpp>
#include <stdexcept>
#include <thread>

#include "support/shared_object.hpp"
#include "support/temp_dir.hpp"

using namespace scoop;
using detail::Reader;
using detail::TaskType;
using detail::Writer;
using test::SharedObject;

namespace {

const char* name() { return "own task"; }
constexpr TaskType make_type() {
  return {.abi = detail::abi_version,
          .is_range = 0,
          .name = &name,
          .run = nullptr,
          .encode = nullptr,
          .decode = nullptr,
          .encode_result = nullptr,
          .decode_result = nullptr,
          .destroy = nullptr};
}
constinit const TaskType first_type = make_type();
constinit const TaskType second_type = make_type();
constinit const TaskType unregistered_type = make_type();
const bool registered = [] {  // while static initialisers run, as programs do; one of them twice, as libraries may
  for (const TaskType* type : {&first_type, &second_type, &first_type}) scoop_register_task(type);
  return true;
}();

int own_function(int x) { return x + 1; }

const SharedObject& tasks() {
  static const SharedObject& module = *new SharedObject(TASKS_MODULE);  // never unloaded, as programs
  return module;
}
const TaskType* module_type() { return tasks().function<const TaskType*()>("module_task")(); }

/// This process's table, with this program and the module in it.
const ModuleTable& table() {
  static const bool once = [] {
    REQUIRE(registered);
    tasks();
    REQUIRE(module_table().refresh());
    return true;
  }();
  REQUIRE(once);
  return module_table();
}

template <class R, class... A>
const void* code_of(R (*function)(A...)) {
  return reinterpret_cast<const void*>(function);
}

Bytes to_bytes(const Writer& out) { return {out.data, out.data + out.size}; }
Bytes work_of(const TaskType* type) {
  Writer out;
  REQUIRE(table().write_type(type, out));
  return to_bytes(out);
}
Bytes sent(const void* code) {
  table();
  Writer out;
  const bool done = scoop_encode_code(code, &out);
  INFO(std::string(out.view()));
  REQUIRE(done);
  return to_bytes(out);
}
const void* received(const Bytes& bytes) {
  Reader in(bytes.data(), bytes.size());
  Writer error;
  const void* code = scoop_decode_code(&in, &error);
  CHECK(error.size == 0);
  CHECK(in.left() == 0);
  return code;
}
std::string refusal_to_send(const void* code) {
  table();
  Writer out;
  REQUIRE_FALSE(scoop_encode_code(code, &out));
  return std::string(out.view());
}
std::string refusal_of_code(const Bytes& bytes) {
  table();
  Reader in(bytes.data(), bytes.size());
  Writer error;
  REQUIRE(scoop_decode_code(&in, &error) == nullptr);
  return std::string(error.view());
}
std::string refusal_of_type(const Bytes& bytes) {
  Reader in(bytes.data(), bytes.size());
  std::string why;
  REQUIRE(table().read_type(in, why) == nullptr);
  CHECK(table().type_of_work(bytes) == nullptr);
  return why;
}

Bytes pair_of_numbers(std::uint64_t module, std::uint64_t offset, bool in_array) {
  Writer out;
  if (in_array) detail::write_array(out, 2);
  detail::Packer(out).pack_uint64(module);
  detail::Packer(out).pack_uint64(offset);
  return to_bytes(out);
}
Bytes pair_of_names(std::string_view library, std::string_view symbol) {
  Writer out;
  detail::write_array(out, 2);
  detail::write_string(out, library);
  detail::write_string(out, symbol);
  return to_bytes(out);
}
/// (module, offset) of what was written.
std::pair<std::uint64_t, std::uint64_t> numbers_in(const Bytes& bytes, bool in_array) {
  Reader in(bytes.data(), bytes.size());
  if (in_array) in.read_array_of(2);
  const auto module = in.read_integer<std::uint64_t>();
  return {module, in.read_integer<std::uint64_t>()};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A copy of a module, gone after the test.
struct Copy {
  test::TempDir folder;
  std::string path = folder / "copy.so";
  Copy() { std::filesystem::copy_file(TASKS_MODULE, path); }
};

}  // namespace

TEST_CASE("ModuleTable reads the types it has written, of the program and of a module") {
  for (const TaskType* type : {&first_type, &second_type, module_type()}) {
    const Bytes work = work_of(type);
    Reader in(work.data(), work.size());
    std::string why;
    CHECK(table().read_type(in, why) == type);
    CHECK(in.left() == 0);
    CHECK(table().type_of_work(work) == type);
  }
  CHECK(numbers_in(work_of(&first_type), false).first != numbers_in(work_of(module_type()), false).first);
}

TEST_CASE("ModuleTable finds the type of work, whatever follows") {
  Bytes work = work_of(module_type());
  work.insert(work.end(), 100, '\xc1');  // no MessagePack
  CHECK(table().type_of_work(work) == module_type());
}

TEST_CASE("ModuleTable has one hash for each module, in ascending order") {
  const auto hashes = table().hashes();
  REQUIRE(hashes.size() == 2);
  CHECK(hashes[0] < hashes[1]);
}

TEST_CASE("ModuleTable gives copies of a module equal hashes") {
  table();
  const Copy copy;
  const SharedObject loaded(copy.path);
  ModuleTable other;
  REQUIRE(other.refresh());
  auto hashes = other.hashes();
  REQUIRE(hashes.size() == 3);
  CHECK(std::is_sorted(hashes.begin(), hashes.end()));
  CHECK(std::unique(hashes.begin(), hashes.end()) - hashes.begin() == 2);
}

TEST_CASE("ModuleTable forgets what was unloaded before it looks") {
  table();
  {
    const Copy copy;
    const SharedObject gone(copy.path);
  }
  ModuleTable other;
  REQUIRE(other.refresh());
  CHECK(other.hashes() == table().hashes());
}

TEST_CASE("ModuleTable refuses a module of another ABI version and names both, and stays as it was") {
  const auto before = table().hashes();
  const SharedObject module(OTHER_ABI_MODULE);
  const auto status = module_table().refresh();
  REQUIRE_FALSE(status);
  CHECK(status.failure().message == std::string(OTHER_ABI_MODULE) +
                                        " was compiled for version 77 of scoop's binary interface, but this scoop has "
                                        "version 5: compile it again with this scoop's headers");
  CHECK(table().hashes() == before);
  CHECK(table().type_of_work(work_of(&first_type)) == &first_type);
}

TEST_CASE("ModuleTable says which module's file it cannot read") {
  const Copy copy;
  const SharedObject loaded(copy.path);
  std::filesystem::remove(copy.path);
  ModuleTable other;
  const auto status = other.refresh();
  REQUIRE_FALSE(status);
  CHECK(contains(status.failure().message, copy.path + " cannot be read: No such file or directory; "));
}

TEST_CASE("ModuleTable makes an error result of a task that it does not know") {
  Writer out;
  CHECK_FALSE(table().write_type(&unregistered_type, out));
  Reader in(out.view());
  REQUIRE(detail::read_outcome_is_error(in));
  const auto error = detail::read_error_record(in);
  CHECK(in.left() == 0);
  CHECK(error.name == "scoop::EncodeError");
  CHECK(contains(error.text, "the task own task belongs to a library that was loaded after the program began"));
}

TEST_CASE("ModuleTable refuses the type of a module that came later, until it looks again") {
  table();
  const Copy copy;
  const SharedObject late(copy.path);
  const auto* type = late.function<const TaskType*()>("module_task")();
  Writer out;
  CHECK_FALSE(table().write_type(type, out));
  ModuleTable other;
  REQUIRE(other.refresh());
  out.clear();
  REQUIRE(other.write_type(type, out));
  CHECK(other.type_of_work(to_bytes(out)) == type);
}

TEST_CASE("ModuleTable accepts no offset where no descriptor was registered") {
  const auto [module, offset] = numbers_in(work_of(&first_type), false);
  const auto second = numbers_in(work_of(&second_type), false).second;
  for (std::uint64_t other = offset - 100; other < offset + 100; ++other) {
    if (other == offset || other == second) continue;
    CHECK(contains(refusal_of_type(pair_of_numbers(module, other, false)), "there is no task at 0x"));
  }
  const auto unregistered =
      offset + (reinterpret_cast<std::uintptr_t>(&unregistered_type) - reinterpret_cast<std::uintptr_t>(&first_type));
  CHECK(contains(refusal_of_type(pair_of_numbers(module, unregistered, false)), "there is no task at 0x"));
  CHECK(contains(refusal_of_type(pair_of_numbers(1 - module, offset, false)), "there is no task at 0x"));
  CHECK(
      contains(refusal_of_type(pair_of_numbers(module, UINT64_MAX, false)), "there is no task at 0xffffffffffffffff"));
}

TEST_CASE("ModuleTable accepts no offset that leads into another module") {
  const auto [module, offset] = numbers_in(work_of(&first_type), false);
  const auto distance = reinterpret_cast<std::uintptr_t>(module_type()) - reinterpret_cast<std::uintptr_t>(&first_type);
  CHECK(contains(refusal_of_type(pair_of_numbers(module, offset + distance, false)), "there is no task at 0x"));
  auto* const function = tasks().function<int (*())(int)>("module_function")();
  const auto [own, own_offset] = numbers_in(sent(code_of(&own_function)), true);
  const auto far = reinterpret_cast<std::uintptr_t>(function) - reinterpret_cast<std::uintptr_t>(&own_function);
  CHECK(contains(refusal_of_code(pair_of_numbers(own, own_offset + far, true)), "no function begins at 0x"));
}

TEST_CASE("ModuleTable accepts no number of a module that it does not have") {
  for (const std::uint64_t module : {std::uint64_t{2}, std::uint64_t{1} << 32, UINT64_MAX})
    CHECK(
        contains(refusal_of_type(pair_of_numbers(module, 0, false)), "but this worker has only 2 with tasks in them"));
  CHECK(contains(refusal_of_code(pair_of_numbers(2, 0, true)), "but this worker has only 2 with tasks in them"));
}

TEST_CASE("ModuleTable survives work that ends too early") {
  const Bytes work = work_of(&first_type);
  for (std::size_t size = 0; size < work.size(); ++size) {
    const Bytes cut(work.begin(), work.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(contains(refusal_of_type(cut), "the bytes of a value are damaged: "));
  }
}

TEST_CASE("ModuleTable survives any bytes") {
  std::mt19937 random(7);  // the same each time
  const auto type_before = work_of(&first_type);
  const auto code_before = sent(code_of(&own_function));
  constexpr int rounds = 10'000;
  int strange_types = 0;
  int silent_refusals = 0;
  int accepted = 0;  // other beginnings of functions, and changes that change nothing
  for (int round = 0; round < rounds; ++round) {
    Bytes bytes = round % 2 ? type_before : code_before;
    for (int changes = 0; changes < 1 + round % 3; ++changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto* type = table().type_of_work(bytes);
    if (type && type != &first_type && type != &second_type && type != module_type()) ++strange_types;
    Reader in(bytes.data(), bytes.size());
    Writer error;
    const void* code = scoop_decode_code(&in, &error);
    if (code) ++accepted;
    if ((code == nullptr) != (error.size > 0)) ++silent_refusals;
  }
  CHECK(strange_types == 0);
  CHECK(silent_refusals == 0);
  CHECK(accepted < rounds / 10);
}

TEST_CASE("ModuleTable sends functions of the program and of a module by their offset") {
  for (const void* code : {code_of(&own_function), code_of(tasks().function<int (*())(int)>("module_function")())}) {
    const Bytes bytes = sent(code);
    CHECK(received(bytes) == code);
    CHECK(numbers_in(bytes, true).first < 2);
  }
}

TEST_CASE("ModuleTable sends functions of other libraries by name") {
  CHECK(sent(code_of<float, float>(&::cosf)) == pair_of_names("libm.so.6", "cosf"));
  CHECK(sent(code_of<double, double>(&::sin)) == pair_of_names("libm.so.6", "sin"));
  CHECK(sent(code_of(&std::__throw_out_of_range)) == pair_of_names("libstdc++.so.6", "_ZSt20__throw_out_of_rangePKc"));
  for (const void* code : {code_of<float, float>(&::cosf), code_of<double, double>(&::sin),
                           code_of<int, int>(&::toupper), code_of(&std::__throw_out_of_range)})
    CHECK(received(sent(code)) == code);
}

TEST_CASE("ModuleTable sends no pointer that is no function's") {
  const auto* inside = static_cast<const char*>(code_of(&own_function)) + 1;
  CHECK(contains(refusal_to_send(inside), "no function begins at 0x"));
  CHECK(contains(refusal_to_send(&first_type), "no function begins at 0x"));
  const int on_stack = 0;
  CHECK(contains(refusal_to_send(&on_stack), "is in no library that was loaded when the program began"));
  CHECK(contains(refusal_to_send(nullptr), "the function at 0x0 is in no library"));
}

TEST_CASE("ModuleTable says which library does not export a function, and what to do") {
  const SharedObject library(LIBRARY_MODULE);
  ModuleTable other;
  REQUIRE(other.refresh());
  Writer out;
  std::string why;
  CHECK_FALSE(other.write_code(code_of(library.function<int (*())(int)>("hidden_function")()), out, why));
  CHECK(out.size == 0);
  CHECK(contains(why, "cannot be sent, since library_module.so does not export it: export it there, or send"));
  REQUIRE(other.write_code(code_of(library.function<int(int)>("library_function")), out, why));
  CHECK(to_bytes(out) == pair_of_names("library_module.so", "library_function"));
}

TEST_CASE("ModuleTable leaves what was written before a function it refuses") {
  table();
  Writer out;
  detail::write_string(out, "before");
  CHECK_FALSE(scoop_encode_code(nullptr, &out));
  CHECK(
      out.view().starts_with("\xa6"
                             "before"
                             "the function at"));
}

TEST_CASE("ModuleTable receives no function that does not begin where it should") {
  const auto [module, offset] = numbers_in(sent(code_of(&own_function)), true);
  for (const std::uint64_t other : {offset + 1, offset + 2})
    CHECK(contains(refusal_of_code(pair_of_numbers(module, other, true)), "no function begins at 0x"));
  const auto data = numbers_in(work_of(&first_type), false);
  CHECK(contains(refusal_of_code(pair_of_numbers(data.first, data.second, true)), "no function begins at 0x"));
  CHECK(contains(refusal_of_code(pair_of_numbers(module, UINT64_MAX, true)), "no function begins at 0x"));
}

TEST_CASE("ModuleTable receives no function of a library or name that is not there") {
  CHECK(refusal_of_code(pair_of_names("libnowhere.so.1", "cosf")) ==
        "a function of \"libnowhere.so.1\" came, but this worker has no such library loaded: link it to the program");
  CHECK(contains(refusal_of_code(pair_of_names("libm.so.6", "nowhere")),
                 "libm.so.6 has no function \"nowhere\", unlike"));
  CHECK(contains(refusal_of_code(pair_of_names("", "")), "a function of \"\" came"));
  const std::string long_name(100'000, '\n');
  CHECK(refusal_of_code(pair_of_names(long_name, long_name)).size() < 400);
}

TEST_CASE("ModuleTable receives nothing from bytes that are no function") {
  Writer three;
  detail::write_array(three, 3);
  for (const Bytes& bytes : {Bytes{}, Bytes{'\xc0'}, Bytes{'\x92'}, Bytes{'\x92', '\x00'}, Bytes{'\x92', '\xa1', 'x'},
                             Bytes{'\x92', '\xc3', '\xc3'}, to_bytes(three)})
    CHECK(contains(refusal_of_code(bytes), "the bytes of a value are damaged: "));
}

TEST_CASE("ModuleTable serves two threads at once") {
  module_type();
  ModuleTable other;  // its libraries' functions are not listed yet
  REQUIRE(other.refresh());
  const void* codes[] = {code_of(&own_function), code_of<float, float>(&::cosf), code_of<int, int>(&::toupper),
                         code_of(&std::__throw_out_of_range)};
  std::atomic<int> ready{0};
  std::atomic<int> wrong{0};
  const auto hammer = [&] {
    ++ready;
    while (ready < 2) {
    }
    for (int round = 0; round < 2000; ++round) {
      Writer out;
      std::string why;
      const void* code = codes[round % 4];
      const TaskType* type = round % 2 ? &first_type : module_type();
      if (!other.write_type(type, out) || !other.write_code(code, out, why)) ++wrong;
      Reader in(out.view());
      if (other.read_type(in, why) != type || other.read_code(in, why) != code) ++wrong;
      if (other.type_of_work(to_bytes(out)) != type) ++wrong;
    }
  };
  std::thread second(hammer);
  hammer();
  second.join();
  CHECK(wrong == 0);
}
