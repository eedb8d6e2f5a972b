#include "worker/runtime/origin.hpp"

#include <unistd.h>

namespace scoop {

int call_main(MainFunction function, const std::string& path, const std::vector<std::string>& arguments) noexcept {
  // Never freed: destructors of the program may look at its arguments after main.
  static auto& strings = *new std::vector<std::string>{path};
  static auto& pointers = *new std::vector<char*>;
  strings.insert(strings.end(), arguments.begin(), arguments.end());
  for (auto& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return function(static_cast<int>(strings.size()), pointers.data(), environ);
}

}  // namespace scoop
