// The C functions of scoop/detail/abi.hpp, on top of this process's executor.
#include <cstdlib>
#include <string>

#include <scoop/detail/abi.hpp>
#include "worker/runtime/executor.hpp"
#include "worker/runtime/identity.hpp"

using scoop::the_executor;

scoop::detail::WorkerState scoop_worker_state;

const char* scoop_enter() {
  if (scoop::identity().is_fork)
    return "scoop: called in a process that fork() made, which is no worker; call it from main or from a task, and let "
           "such a process end by _exit";
  if (scoop::identity().is_running) {
    if (!scoop_worker_state.thread)
      return "scoop: called before main began or after it returned (in a static initialiser or destructor); call it "
             "from main or from a task";
    return "scoop: called from a thread that does not run tasks; call it from main or from a task, and give threads of "
           "your own no scoop calls";
  }
  if (the_executor) return "scoop: called from a second thread; call it from the thread that called it first";
  return scoop::run_without_pool();
}

void scoop_attend() { the_executor->attend(); }
void scoop_wait(scoop::detail::Node* node, std::uint64_t until) { the_executor->wait(*node, until); }
bool scoop_poll(scoop::detail::Node* node) { return the_executor->poll(*node); }
void scoop_wake(scoop::detail::Node* node) { the_executor->wake(*node); }

void scoop_refill_arena() {
  constexpr std::size_t block = 64 * 1024;
  auto* memory = static_cast<char*>(std::malloc(block));
  if (!memory) throw std::bad_alloc();
  scoop_worker_state.arena = memory;
  scoop_worker_state.arena_end = memory + block;
}

bool scoop_is_running() { return scoop::identity().is_running; }
bool scoop_is_origin() { return scoop::identity().is_origin; }
const char* scoop_worker_name() { return scoop::identity().name.c_str(); }
std::uint32_t scoop_pool_size() { return scoop::identity().pool_size; }
void scoop_log(int level, const char* text, std::size_t size) {
  scoop::identity().log(level, std::string_view(text, size));
}
