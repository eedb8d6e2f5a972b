#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <scoop/progress.hpp>

/// Everything that crosses between a plugin and libscoop: plain structs and C functions. A change of any layout or
/// meaning here raises `abi_version`; libscoop refuses plugins of another version, naming both.

#define SCOOP_API extern "C" __attribute__((visibility("default")))

namespace scoop::detail {

inline constexpr std::uint32_t abi_version = 5;
/// Beside the version, of a program whose standard containers are libstdc++'s debugging ones: another layout.
inline constexpr std::uint32_t abi_debug_containers = 0x8000'0000;
#if defined(_GLIBCXX_DEBUG)
inline constexpr std::uint32_t own_abi = abi_version | abi_debug_containers;
#else
inline constexpr std::uint32_t own_abi = abi_version;
#endif

struct Writer;  // bytes.hpp
struct Reader;
struct Node;

/// One per (callable type, argument types), constant-initialised by template instantiation. Its place in its module is
/// the task's identity on the wire (module, offset), so nothing has to be registered by hand.
///
/// Errors: no function lets an exception out. `encode` and `decode` answer false or null when user code threw, and then
///         append an error result (error_record.hpp) to the writer; `run` and `decode_result` keep it in the node.
///         `encode_result` appends a result in any case; it answers false where [lo, hi) took more than the writer may
///         hold, and then the same in parts, which are to be asked for instead, may do better.
/// Threads: `encode` runs on the communication thread, all others on the worker thread.
struct TaskType {
  std::uint32_t abi;       // own_abi
  std::uint32_t is_range;  // the node is a RangeNode, else a single task [0, 1)
  const char* (*name)();   // for people, never an identity
  void (*run)(Node*, std::uint64_t lo, std::uint64_t hi);
  bool (*encode)(const Node*, std::uint64_t lo, std::uint64_t hi, Writer*);  // callable and arguments
  Node* (*decode)(Reader*, std::uint64_t lo, std::uint64_t hi, Writer* error);
  bool (*encode_result)(Node*, std::uint64_t lo, std::uint64_t hi, Writer*);
  void (*decode_result)(Node*, std::uint64_t lo, std::uint64_t hi, Reader*);
  void (*destroy)(Node*);
  Progress (*progress)(const Node*) = nullptr;  // of the elements behind a future; null: it has none
  Node* (*subject)(Node*) = nullptr;            // what runs behind a future that is itself no task; null: it is one
};

/// Who is told, once, when a node is done or its frontier has reached `until`. In the node's list until then.
///
/// Threads: the worker thread only.
struct Waiter {
  Waiter* next = nullptr;
  std::uint64_t until = 0;
  /// Null: `run` is called soon, on a fiber of its own, and may run user code. Else called at once: only notes it.
  void (*tell)(Waiter*) = nullptr;
  void (*run)(Waiter*) = nullptr;
};

struct QueueLink {
  QueueLink* prev = nullptr;
  QueueLink* next = nullptr;  // null: not queued
};

/// A task: the typed callable, arguments and place for the result follow behind (task.hpp).
///
/// Threads: `queue` and RangeNode's `next` and `end` belong to whoever holds WorkerState::mutex; all else belongs to
/// the
///          worker thread, but for what `encode` reads while the task is lent and nobody changes it.
/// Lifetime: two holders, the future and the runtime; the last to let go destroys it (worker thread only).
struct Node {
  explicit Node(const TaskType* t) : type(t) {}

  QueueLink queue;
  const TaskType* type;
  Waiter* waiters = nullptr;
  bool done = false;
  bool failed = false;                    // done, and the result is an exception
  bool seen : 1 = false;                  // somebody asked for the exception
  bool kill : 1 = false;                  // cancelling it may end its worker: others run it, if there are any
  bool cancelled : 1 = false;             // it, or some elements of it, before they began
  std::uint8_t unused : 5 = 0;            // given a value, so that making a node writes without reading
  std::atomic<bool> cancel_asked{false};  // goes to nobody else any more; set by either thread
  std::uint8_t losses = 0;                // how often a worker died that held it
  std::uint8_t retries = 0;               // how many of these are allowed
  bool apart = false;         // joined by libscoop, not as a call: with a deadline, to be killed, or after a loss
  std::uint32_t holders = 2;  // two, and each callback that runs
};

static_assert(offsetof(Node, queue) == 0);
inline Node* node_of(QueueLink* link) { return reinterpret_cast<Node*>(link); }

/// A task over an index range. It stays in the queue while something of [next, end) is left, so that both threads can
/// take from it: the worker thread from the front, the communication thread from the back.
struct RangeNode : Node {
  RangeNode(const TaskType* t, std::uint64_t lo, std::uint64_t hi)
      : Node(t), next(lo), end(hi), frontier(lo), missing(hi - lo) {}

  RangeNode* whole = this;  // a piece that came back from a lost worker is queued beside its whole
  std::uint64_t next;
  std::uint64_t end;
  std::uint64_t frontier;  // all below it have their results
  std::uint64_t missing;   // indices without a result
  std::uint64_t cancelled_elements = 0;
  float ns_per_element = 0;      // measured; 0: not yet
  std::uint32_t chunk_size = 0;  // elements; 0: measured
  std::uint32_t last_chunk = 0;  // elements of the last measured chunk
};

/// A mutex that costs its owner, the worker thread, two plain stores and a load. The guest, the communication thread,
/// pays instead: a real mutex and a barrier in every core that runs the process (membarrier).
///
/// Source: biased locking (Kawachiya, Koseki, Onodera: Lock Reservation, 2002), with membarrier(2) for the revocation.
/// Where membarrier is forbidden, `guest` stays set and the owner takes the mutex each time.
struct BiasedMutex {
  std::atomic<std::uint32_t> owner{0};
  bool owner_is_slow = false;
  alignas(64) std::atomic<std::uint32_t> guest{0};
};

/// State of this process that the inline paths of the public headers touch. One, in libscoop.
struct WorkerState {
  void* thread = nullptr;       // thread pointer of the worker thread; null: not running
  char* stack_limit = nullptr;  // below it, tasks go on on another stack
  void* free_nodes[8] = {};     // by size class of 32 bytes
  char* arena = nullptr;
  char* arena_end = nullptr;
  QueueLink queue{&queue, &queue};         // newest at prev
  std::atomic<std::uint64_t> queued{0};    // length of the queue; written by the holder of the mutex only
  std::atomic<std::uint64_t> progress{0};  // tasks begun; written by the worker thread only
  BiasedMutex mutex;
  alignas(64) std::atomic<std::uint32_t> attention{0};  // bits below; set by anybody, cleared by the worker thread
};

/// Bytes in the memory of either side.
struct ByteView {
  const char* data = nullptr;
  std::size_t size = 0;
};

/// What became of a call about a shared constant. All but `done` come with a sentence.
enum class ConstantState : std::uint32_t { done, exists, timed_out, other_type, failed };

inline constexpr std::uint32_t attention_inbox = 1;     // something came from the communication thread
inline constexpr std::uint32_t attention_watch = 2;     // the communication thread wants to know of the next push
inline constexpr std::uint32_t attention_ship_all = 4;  // every task goes through encode and decode; never cleared
inline constexpr std::uint32_t attention_turn = 8;      // callbacks are due, or fibers whose wait is over

}  // namespace scoop::detail

/// The state above.
SCOOP_API scoop::detail::WorkerState scoop_worker_state;

/// Called at load by each descriptor. An id is accepted from the wire only if it was registered.
SCOOP_API void scoop_register_task(const scoop::detail::TaskType* type);

/// Makes this thread the worker thread if the process runs without scoop-launch and has none yet. Answers null, or why
/// scoop must not be called from here.
SCOOP_API const char* scoop_enter();

/// Slow half of a push: what the attention bits ask for.
SCOOP_API void scoop_attend();

/// Returns when `node` is done or, for a range, its frontier has reached `until`. Runs the node if it is queued here,
/// else suspends the calling fiber.
SCOOP_API void scoop_wait(scoop::detail::Node* node, std::uint64_t until);

/// The same, up to a time of the steady clock, in nanoseconds; whether it came to that. Runs nothing on the caller's
/// stack, and for a single task nothing at all in the first millisecond in which other workers could take it. Where the
/// time is over before anything could run, as scoop_poll.
SCOOP_API bool scoop_wait_until(scoop::detail::Node* node, std::uint64_t until, std::int64_t deadline_ns);

/// One step for a caller that polls: looks for messages, offers work, perhaps runs one task. Then whether the node is
/// done or its frontier has reached `until`.
SCOOP_API bool scoop_poll(scoop::detail::Node* node, std::uint64_t until);

/// The node became done or its frontier moved, and it has waiters.
SCOOP_API void scoop_wake(scoop::detail::Node* node);
/// The same where the caller is a task's own code: callbacks that are due run before it goes on.
SCOOP_API void scoop_wake_now(scoop::detail::Node* node);

/// Cancels what of the node has not begun; how many elements that were. With `wait`, also what others hold: returns
/// when they have answered, else at once.
SCOOP_API std::uint64_t scoop_cancel(scoop::detail::Node* node, bool wait);
/// Whether the running task was to be cancelled after it had begun.
SCOOP_API bool scoop_is_cancelled();

/// What a task is called in messages to people; `name` is TaskType::name().
SCOOP_API void scoop_label_task(const char* name, scoop::detail::Writer* out);

/// More memory for nodes: sets the arena. Never null.
SCOOP_API void scoop_refill_arena();

/// Owner's side of BiasedMutex where the guest is inside or wants in.
SCOOP_API void scoop_lock_slow(scoop::detail::BiasedMutex* mutex);
SCOOP_API void scoop_unlock_slow(scoop::detail::BiasedMutex* mutex);

/// A code address as (module, offset) or (soname, symbol), checked; false with a sentence in the writer when it cannot
/// be named in another process. Thread-safe.
SCOOP_API bool scoop_encode_code(const void* code, scoop::detail::Writer* out);
/// Null, with a sentence in `error`, when the bytes name no function of this process.
SCOOP_API const void* scoop_decode_code(scoop::detail::Reader* in, scoop::detail::Writer* error);

/// Appends an error record of the exception being handled; call inside a catch. `task` may be null.
SCOOP_API void scoop_describe_exception(const char* task, scoop::detail::Writer* out) noexcept;
/// Reads an error record; true when its type is a standard one, and then sets `exception` (a std::exception_ptr) to an
/// equal one.
SCOOP_API bool scoop_standard_exception(scoop::detail::Reader* record, void* exception) noexcept;

/// Who am I.
SCOOP_API bool scoop_is_running();
SCOOP_API bool scoop_is_origin();
SCOOP_API const char* scoop_worker_name();
SCOOP_API std::uint32_t scoop_pool_size();

/// One log line under the worker's name. Levels are spdlog's numbers. Any thread.
SCOOP_API void scoop_log(int level, const char* text, std::size_t size);

/// Sets a shared constant of the pool to these bytes, of a value of this type. Suspends the calling fiber until the
/// host's daemon holds them.
SCOOP_API scoop::detail::ConstantState scoop_set_constant(scoop::detail::ByteView name, const char* type,
                                                          scoop::detail::ByteView bytes, scoop::detail::Writer* error);
/// The bytes of one, aligned to a page; they stay where they are. Suspends the calling fiber until they are there, up
/// to a time of the steady clock, in nanoseconds; the largest number: for ever. `when` is what the sentence says then.
SCOOP_API scoop::detail::ConstantState scoop_get_constant(scoop::detail::ByteView name, const char* type,
                                                          std::int64_t deadline_ns, const char* when,
                                                          scoop::detail::ByteView* bytes, scoop::detail::Writer* error);

/// Begins to show the progress of a call that counts so many elements (0: not known), each so many times. Its number,
/// which is not 0.
SCOOP_API std::uint64_t scoop_begin_progress(scoop::detail::ByteView label, std::uint64_t total, std::uint32_t passes);
/// Counts what is done of a node that is not queued yet: so many elements, the same number for each index.
SCOOP_API void scoop_count_progress(std::uint64_t line, scoop::detail::RangeNode* node, std::uint64_t elements);
/// It ends when the last of its nodes is done. Any thread.
SCOOP_API void scoop_end_progress(std::uint64_t line);
