#pragma once
#include <string>

#include "common/base/result.hpp"

namespace scoop {

using MainFunction = int (*)(int, char**, char**);

/// The user's program, loaded into this process for the rest of its life: descriptors, functions and destructors of it
/// may be in use until the very end, so it is never unloaded.
struct Plugin {
  void* handle = nullptr;       // dlopen's
  MainFunction main = nullptr;  // never called but on the origin
};

/// Loads with RTLD_NOW | RTLD_LOCAL; its static initialisers run here.
///
/// Errors:  one sentence each, with the path and what to do: what check_shared_library says, undefined symbols (all of
///          them, demangled), a library it needs and that is not found, no `main`.
/// Threads: any one; the initialisers run on the caller's.
Result<Plugin> load_plugin(const std::string& path);

}  // namespace scoop
