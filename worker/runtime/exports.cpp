// The C functions of scoop/detail/abi.hpp, on top of this process's executor.
#include <cstdlib>
#include <string>

#include <scoop/detail/abi.hpp>
#include <scoop/detail/bytes.hpp>
#include <scoop/detail/waiters.hpp>
#include "worker/runtime/executor.hpp"
#include "worker/runtime/identity.hpp"
#include "worker/runtime/task_label.hpp"

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
bool scoop_wait_until(scoop::detail::Node* node, std::uint64_t until, std::int64_t deadline_ns) {
  return the_executor->wait_until(*node, until, scoop::TimePoint(std::chrono::nanoseconds(deadline_ns)));
}
bool scoop_poll(scoop::detail::Node* node, std::uint64_t until) { return the_executor->poll(*node, until); }
void scoop_wake(scoop::detail::Node* node) { the_executor->wake(*node); }
void scoop_wake_now(scoop::detail::Node* node) {
  the_executor->wake(*node);
  the_executor->give_way_to_due();
}

std::uint64_t scoop_cancel(scoop::detail::Node* node, bool wait) { return the_executor->cancel(*node, wait); }
bool scoop_is_cancelled() {
  return the_executor && scoop_worker_state.thread == __builtin_thread_pointer() && the_executor->is_cancelled();
}

void scoop_label_task(const char* name, scoop::detail::Writer* out) {
  const std::string label = scoop::task_label(name);
  out->write(label.data(), label.size());
}

void scoop_refill_arena() {
  constexpr std::size_t block = 64 * 1024;
  auto* memory = static_cast<char*>(std::malloc(block));
  if (!memory) throw std::bad_alloc();
  scoop_worker_state.arena = memory;
  scoop_worker_state.arena_end = memory + block;
}

scoop::detail::ConstantState scoop_set_constant(scoop::detail::ByteView name, const char* type,
                                                scoop::detail::ByteView bytes, scoop::detail::Writer* error) {
  return the_executor->constants().set({name.data, name.size}, type, {bytes.data, bytes.size}, *error);
}
scoop::detail::ConstantState scoop_get_constant(scoop::detail::ByteView name, const char* type,
                                                std::int64_t deadline_ns, const char* when,
                                                scoop::detail::ByteView* bytes, scoop::detail::Writer* error) {
  const scoop::TimePoint deadline = deadline_ns == scoop::detail::no_deadline
                                        ? scoop::never
                                        : scoop::TimePoint(std::chrono::nanoseconds(deadline_ns));
  return the_executor->constants().get({name.data, name.size}, type, deadline, when, *bytes, *error);
}

std::uint64_t scoop_begin_progress(scoop::detail::ByteView label, std::uint64_t total, std::uint32_t passes) {
  return the_executor->progress().begin({label.data, label.size}, total, passes);
}
void scoop_count_progress(std::uint64_t line, scoop::detail::RangeNode* node, std::uint64_t elements) {
  the_executor->progress().watch(line, *node, elements);
}
void scoop_end_progress(std::uint64_t line) {
  if (scoop_worker_state.thread == __builtin_thread_pointer()) the_executor->progress().end(line);
}

bool scoop_is_running() { return scoop::identity().is_running; }
bool scoop_is_origin() { return scoop::identity().is_origin; }
const char* scoop_worker_name() { return scoop::identity().name.c_str(); }
std::uint32_t scoop_pool_size() { return scoop::identity().pool_size; }
void scoop_log(int level, const char* text, std::size_t size) {
  scoop::identity().log(level, std::string_view(text, size));
}
