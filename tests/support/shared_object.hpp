#pragma once
#include <dlfcn.h>

#include <doctest/doctest.h>
#include <string>

namespace scoop::test {

/// A library loaded as a program is, for as long as this lives.
class SharedObject {
 public:
  explicit SharedObject(const std::string& path) : handle_(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (!handle_) FAIL(std::string(::dlerror()));
  }
  ~SharedObject() { ::dlclose(handle_); }
  SharedObject(const SharedObject&) = delete;
  SharedObject& operator=(const SharedObject&) = delete;

  template <class Function>
  Function* function(const char* name) const {
    auto* found = reinterpret_cast<Function*>(::dlsym(handle_, name));
    REQUIRE((found != nullptr));
    return found;
  }

 private:
  void* handle_;
};

}  // namespace scoop::test
