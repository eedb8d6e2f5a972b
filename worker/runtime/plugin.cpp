#include "worker/runtime/plugin.hpp"

#include <cxxabi.h>
#include <dlfcn.h>

#include <cstdlib>
#include <memory>
#include <vector>

#include "common/process/elf_file.hpp"

namespace scoop {
namespace {

constexpr std::string_view undefined_mark = "undefined symbol: ";
constexpr std::string_view missing_mark = ": cannot open shared object file";
constexpr std::size_t most_named = 5;

std::string demangle(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status),
                                                         &std::free);
  return status == 0 && name ? name.get() : symbol;
}

/// Without a slash, dlopen would look everywhere but in the current folder.
std::string with_slash(const std::string& path) { return path.find('/') == std::string::npos ? "./" + path : path; }

/// All symbols that nobody defines. dlopen names only the first it meets. Empty: could not be found out.
std::vector<std::string> undefined_symbols(const std::string& path) {
  const auto needs = read_needs(path);
  std::vector<void*> libraries;
  for (const auto& library : needs.libraries) {
    void* handle = ::dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (handle == nullptr) return {};  // found by the plugin's own search path, perhaps: no guessing
    libraries.push_back(handle);
  }
  std::vector<std::string> result;
  for (const auto& symbol : needs.symbols) {
    bool defined = ::dlsym(RTLD_DEFAULT, symbol.c_str()) != nullptr;
    for (void* library : libraries) defined = defined || ::dlsym(library, symbol.c_str()) != nullptr;
    if (!defined) result.push_back(symbol);
  }
  return result;
}

std::string join_symbols(const std::vector<std::string>& symbols) {
  std::string text;
  for (std::size_t i = 0; i < symbols.size() && i < most_named; ++i) text += (i > 0 ? ", " : "") + demangle(symbols[i]);
  if (symbols.size() > most_named) text += " and " + std::to_string(symbols.size() - most_named) + " more";
  return text;
}

/// dlopen's words: "PATH: undefined symbol: NAME", perhaps with ", version V" or " (fatal)" behind the name.
std::string named_symbol(const std::string& words) {
  const auto begin = words.find(undefined_mark) + undefined_mark.size();
  return words.substr(begin, words.find_first_of(", \t", begin) - begin);
}

Failure explain(const std::string& path, const std::string& words) {
  if (words.find(undefined_mark) != std::string::npos) {
    auto symbols = undefined_symbols(with_slash(path));
    if (symbols.empty()) symbols.push_back(named_symbol(words));
    return {path + " cannot be loaded: undefined symbol" + (symbols.size() > 1 ? "s " : " ") + join_symbols(symbols) +
            "; link the objects or libraries that define " + (symbols.size() > 1 ? "them" : "it")};
  }
  const auto missing = words.find(missing_mark);
  if (missing != std::string::npos) {
    return {path + " cannot be loaded: it needs " + words.substr(0, missing) +
            ", which is not found; install it or set LD_LIBRARY_PATH"};
  }
  return {path + " cannot be loaded: " + words};
}

/// Two of them would not know of each other's tasks.
bool has_own_libscoop(void* plugin) {
  const void* ours = ::dlsym(RTLD_DEFAULT, "scoop_register_task");
  const void* its = ::dlsym(plugin, "scoop_register_task");
  return ours != nullptr && its != nullptr && ours != its;
}

}  // namespace

Result<Plugin> load_plugin(const std::string& path) {
  if (const auto checked = check_shared_library(path); !checked) return checked.failure();
  Plugin plugin;
  plugin.handle = ::dlopen(with_slash(path).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (plugin.handle == nullptr) return explain(path, ::dlerror());
  if (has_own_libscoop(plugin.handle)) {
    return Failure{path + " brings a libscoop of its own: link it to the shared libscoop of the scoop that starts it"};
  }
  plugin.main = reinterpret_cast<MainFunction>(::dlsym(plugin.handle, "main"));
  if (plugin.main == nullptr) {
    return Failure{path + " has no main: define int main() in it, and export it if it was compiled with hidden " +
                   "visibility (-fvisibility=hidden)"};
  }
  return plugin;
}

}  // namespace scoop
