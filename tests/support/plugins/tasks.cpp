// Holds a task descriptor, as programs do, and hands it and a function out.
#include <scoop/detail/abi.hpp>

#ifndef TASKS_ABI
#define TASKS_ABI scoop::detail::abi_version
#endif

namespace {

const char* name() { return "task of a module"; }
int twice(int x) { return 2 * x; }

constinit const scoop::detail::TaskType type{
    .abi = TASKS_ABI,
    .is_range = 0,
    .name = &name,
    .run = nullptr,
    .encode = nullptr,
    .decode = nullptr,
    .encode_result = nullptr,
    .decode_result = nullptr,
    .destroy = nullptr,
};
[[maybe_unused]] const bool registered = (scoop_register_task(&type), true);

}  // namespace

int main() {}

extern "C" const scoop::detail::TaskType* module_task() { return &type; }
extern "C" int (*module_function())(int) { return &twice; }
