// call_main PLUGIN [ARGUMENT...]: calls the plugin's main in this process, without a pool, as callgrind likes it.
#include <dlfcn.h>

#include <cstdio>

int main(int argc, char** argv) {
  void* const plugin = argc > 1 ? ::dlopen(argv[1], RTLD_NOW) : nullptr;
  void* const its_main = plugin ? ::dlsym(plugin, "main") : nullptr;
  if (!its_main) {
    std::fprintf(stderr, "%s\n", argc > 1 ? ::dlerror() : "which plugin?");
    return 2;
  }
  return reinterpret_cast<int (*)(int, char**)>(its_main)(argc - 1, argv + 1);
}
