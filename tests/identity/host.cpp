// Carries a program's calls from one process to another that has it loaded elsewhere:
//   identity_host write PROGRAM FILE    makes the calls, and notes their bytes and results
//   identity_host check PROGRAM FILE    runs the calls from their bytes, and compares the results
#include <dlfcn.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <scoop/detail/decode.hpp>
#include <scoop/detail/encode.hpp>
#include <scoop/detail/node_memory.hpp>
#include <string>
#include <vector>

#include "worker/runtime/module_table.hpp"

using namespace scoop;
using detail::Node;
using detail::Reader;
using detail::Writer;

// What a program needs of libscoop beside the module table and the exceptions.
scoop::detail::WorkerState scoop_worker_state;
void scoop_refill_arena() {
  constexpr std::size_t size = 64 * 1024;
  scoop_worker_state.arena = static_cast<char*>(std::malloc(size));
  scoop_worker_state.arena_end = scoop_worker_state.arena + size;
}
void scoop_log(int, const char* text, std::size_t size) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(size), text);
}
const char* scoop_worker_name() { return "w0@here"; }

namespace {

struct Call {
  std::string label;
  std::vector<char> task;
  std::vector<char> result;
};
struct Record {
  std::uint64_t address = 0;  // where the program was loaded
  std::vector<Call> calls;
};

struct Made {
  std::string label;
  Node* node;
};
std::vector<Made> made;

std::vector<char> bytes_of(const Writer& out) { return {out.data, out.data + out.size}; }

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

/// And destroys it.
std::vector<char> run(Node* node) {
  node->type->run(node, 0, 1);
  Writer result;
  node->type->encode_result(node, 0, 1, &result);
  node->holders = 1;
  detail::release(node);
  return bytes_of(result);
}

Call describe(const Made& call) {
  Writer task;
  if (!module_table().write_type(call.node->type, task) || !call.node->type->encode(call.node, 0, 1, &task)) {
    fail(call.label + ": cannot be written");
  }
  return {call.label, bytes_of(task), run(call.node)};
}

bool repeat(const Call& call) {
  Reader in(call.task.data(), call.task.size());
  std::string why;
  const detail::TaskType* type = module_table().read_type(in, why);
  if (!type) fail(call.label + ": " + why);
  Writer error;
  Node* node = type->decode(&in, 0, 1, &error);
  if (!node || in.left() != 0) fail(call.label + ": cannot be read");
  if (run(node) == call.result) return true;
  std::fprintf(stderr, "%s: another result\n", call.label.c_str());
  return false;
}

void write(const Record& record, const char* path) {
  Writer out;
  detail::encode(out, record);
  std::ofstream(path, std::ios::binary).write(out.data, static_cast<std::streamsize>(out.size));
}
Record read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  Reader in(bytes.data(), bytes.size());
  return detail::decode<Record>(in);
}

/// So that nothing is loaded there, even where addresses are not random.
void occupy(std::uint64_t address) {
  constexpr std::uint64_t page = 4096;
  ::mmap(reinterpret_cast<void*>(address / page * page), page, PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
}

}  // namespace

extern "C" void identity_add_call(const char* label, Node* node) { made.push_back({label, node}); }

int main(int argc, char** argv) {
  if (argc != 4) fail("usage: identity_host write|check PROGRAM FILE");
  const bool checks = std::string(argv[1]) == "check";
  const Record before = checks ? read(argv[3]) : Record();
  if (checks) occupy(before.address);
  void* program = ::dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
  if (!program) fail(::dlerror());
  auto* make_calls = reinterpret_cast<void (*)()>(::dlsym(program, "identity_make_calls"));
  if (!make_calls) fail(::dlerror());
  const auto address = reinterpret_cast<std::uint64_t>(make_calls);
  if (auto found = module_table().refresh(); !found) fail(found.failure().message);

  if (!checks) {
    make_calls();
    Record record{address, {}};
    for (const Made& call : made) record.calls.push_back(describe(call));
    write(record, argv[3]);
    return 0;
  }
  if (before.address == address) fail("both processes have the program at the same address: nothing was tested");
  std::size_t right = 0;
  for (const Call& call : before.calls) right += repeat(call);
  std::printf("%zu of %zu calls have the same result in another process\n", right, before.calls.size());
  return right == before.calls.size() && right > 0 ? 0 : 1;
}
