// A program that is not position independent: pointers to other libraries' functions lead to stubs in the program.
#include <doctest/doctest.h>

#include <cctype>
#include <cmath>
#include <cstring>
#include <scoop/detail/bytes.hpp>

#include "worker/runtime/module_table.hpp"

using namespace scoop;

namespace {

constinit const detail::TaskType type{.abi = detail::abi_version,
                                      .is_range = 0,
                                      .name = [] { return "task"; },
                                      .run = nullptr,
                                      .encode = nullptr,
                                      .decode = nullptr,
                                      .encode_result = nullptr,
                                      .decode_result = nullptr,
                                      .destroy = nullptr};
int own_function(int x) { return x + 1; }

template <class R, class... A>
const void* code_of(R (*function)(A...)) {
  return reinterpret_cast<const void*>(function);
}

}  // namespace

TEST_CASE("ModuleTable sends the tasks and functions of a program at a fixed address") {
  scoop_register_task(&type);
  REQUIRE(module_table().refresh());
  detail::Writer out;
  REQUIRE(module_table().write_type(&type, out));
  detail::Reader in(out.view());
  std::string why;
  CHECK(module_table().read_type(in, why) == &type);

  for (const void* code : {code_of(&own_function), code_of<float, float>(&::cosf), code_of<double, double>(&::sin),
                           code_of<int, int>(&::toupper), code_of(&std::strlen)}) {
    out.clear();
    REQUIRE(module_table().write_code(code, out, why));
    detail::Reader code_in(out.view());
    CHECK(module_table().read_code(code_in, why) == code);
    CHECK_FALSE(module_table().write_code(static_cast<const char*>(code) + 1, out, why));
  }
}
