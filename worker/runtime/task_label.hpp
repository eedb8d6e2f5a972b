#pragma once
#include <string>
#include <string_view>

namespace scoop {

/// What a task is called in messages to people. `name` is TaskType::name(), the compiler's description of a template
/// instance; the callable's type in it is what tells tasks apart.
inline std::string task_label(std::string_view name) {
  constexpr std::string_view begin = "F = ";
  const std::size_t at = name.find(begin);
  if (at == std::string_view::npos) return std::string(name);
  std::string_view callable = name.substr(at + begin.size());
  // g++: "[with F = X; A = {Y}; ...]", clang: "[F = X, A = <Y>]". X may hold brackets, but none of these.
  for (const std::string_view end : {"; A = ", ", A = ", "; Op = ", ", Op = ", "; Sources = ", ", Sources = "}) {
    callable = callable.substr(0, callable.find(end));
  }
  if (callable.ends_with(']')) callable.remove_suffix(1);
  return std::string(callable);
}

}  // namespace scoop
