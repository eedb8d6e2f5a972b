#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/control/map_progress.hpp"
#include "common/protocol/message.hpp"
#include "common/transport/run_keys.hpp"

/// What the launcher, the daemons, the broker and the workers say to each other over their control channels: how
/// processes begin, end and are heard. Work goes over the sockets of common/transport instead.
///
/// A channel joins a parent with its child, both of the same build; its end is the end of the child's lease. The index
/// of a type in its variant is its number on the wire.
namespace scoop::control {

/// Test only: loses outgoing frames and reopens sockets, by a seed. Rate 0: never.
struct FaultPlan {
  std::uint64_t seed = 0;
  double rate = 0;
};

/// What is the same for every process of a run.
struct RunPlan {
  std::string run_directory;           // on the host of the reader; only its user can enter
  std::string broker_endpoint;         // "ipc:///.../broker.sock"
  std::string plugin;                  // as the user wrote it
  std::vector<std::string> arguments;  // the program's, without its own name
  std::uint32_t pool_size = 1;
  bool ship_all = false;
  std::uint64_t stack_bytes = 8u << 20;
  std::uint32_t lost_after_ms = 30000;  // silence that counts as death; 0: none does
  int log_level = 2;                    // LogLevel: records below it are not sent
  int terminal_level = 2;               // LogLevel: of those that are sent, what the terminal shows
  FaultPlan fault;
  std::optional<RunKeys> keys;  // none: TCP is open to everybody
  bool check_only = false;      // workers load the program, tell what they found, and end
};

/// "w3@node7": the worker's number in the pool and its host.
inline std::string worker_name(std::uint32_t number, const std::string& host) {
  return "w" + std::to_string(number) + "@" + host;
}

// --- launcher and daemon ---

/// How the processes of a host's workers run.
struct WorkerSettings {
  std::uint32_t threads = 0;           // of OpenMP and BLAS, and cores of a bound worker; 0: its share of the cores
  bool bind_to_cores = false;          // each worker to cores of its own
  int nice = 0;                        // lowers their priority
  std::string directory;               // where they begin; empty: where the daemon did
  std::string wrap;                    // shell words in front of the worker's command; empty: none
  std::vector<std::uint32_t> wrapped;  // numbers in the pool of the workers it is for; empty: all
  std::string preload;                 // library to load before all others; empty: none
};

/// Where the origin's standard input and outputs lead.
enum class OriginStreams {
  inherited,  // to those of the daemon, which are the launcher's
  lines,      // outputs through the channel, line by line, as those of other workers; the input is the daemon's
  bytes,      // all through the channel, as they come
};

struct Start {
  RunPlan run;  // without a run directory the daemon makes one on its host
  WorkerSettings settings;
  std::uint16_t host = 0;          // its number in the workers' ids; the broker's host has 0
  std::string host_name;           // "127.0.0.1"; part of the workers' names
  std::uint32_t first_worker = 0;  // number of the host's first worker in the pool
  std::uint16_t workers = 1;
  bool has_origin = false;       // then slot 0 runs main
  int origin_process_group = 0;  // the launcher's, so that the terminal's signals reach it; 0: one of its own
  OriginStreams origin_streams = OriginStreams::inherited;
  bool tags_output = false;              // lines of workers begin with their names
  std::vector<std::string> environment;  // "NAME=value", in place of the daemon's own
  std::string tcp_where;                 // of its workers, see WorkerPlan
};

/// Ends the workers: told to stop, killed after `grace_ms`. Then the daemon ends what they left behind, and itself.
struct StopHost {
  int origin_signal = 0;  // sent to the origin, which has no other reason to end; 0: it has ended or knows already
  std::uint32_t grace_ms = 2000;
};

/// The job was stopped at the terminal (SIGSTOP to every worker), or goes on again.
struct Pause {};
struct Resume {};

/// The launcher lives, and says so again within the lease; a daemon that hears nothing for so long ends, with all below
/// it. Daemons answer in kind, with the same meaning. Only where a network is between the two.
struct Alive {
  std::uint32_t lease_ms = 0;
};

/// For the origin's standard input; empty: there is no more. Not more than `input_window_bytes` are on their way.
struct Input {
  Bytes bytes;
};
struct InputTaken {
  std::uint64_t bytes = 0;
};
inline constexpr std::size_t input_window_bytes = 256u << 10;

/// What the origin writes there reaches nobody any more: it is to find its output broken, too. Only where its streams
/// go through the channel.
struct OutputClosed {
  bool is_error = false;  // standard error, else standard output
};

/// The daemon runs: its first message, and at once its answer where a check is to start.
struct HostReady {
  std::uint32_t cores = 1;         // usable logical CPUs
  std::string address{};           // where the launcher's ssh reached it, in numbers; empty: it did not come by ssh
  std::string launcher_address{};  // where that came from
  std::string machine{};           // "x86_64"
  std::string glibc{};             // "2.36"
  std::uint64_t memory_bytes = 0;  // of the machine
  std::int64_t time_us = 0;        // its clock, since 1970, UTC
  std::uint64_t free_bytes = 0;    // where its cache is, or would be
};

/// What a worker found where it was only to check, each a sentence for the user, or empty.
struct Checked {
  std::string unreachable;  // no way leads to the broker
  std::string unloadable;   // the program, for whatever reason
};

/// A worker is about to serve tasks; the origin: to call main.
struct WorkerReady {
  WorkerId id;
};

/// A worker's process is gone, and nothing will come from it. `cause` says how, also where it ended as it should.
struct Ended {
  WorkerId id;
  std::string name;
  bool is_origin = false;
  LossCause cause;
};

/// A new worker takes the place of one that was ended on purpose, of which Ended tells.
struct Replaced {
  WorkerId id;
  std::string name;
};

/// Whole lines (or a piece of an overlong one) that a worker wrote.
struct Output {
  WorkerId id;
  bool is_error = false;  // standard error, else standard output
  Bytes bytes;
};

struct Log {
  std::int64_t time_us = 0;  // since 1970, UTC
  int level = 2;             // LogLevel
  std::string name;
  std::string text;
};

/// The run cannot begin: one sentence for the user, what and where and what to do.
struct StartFailed {
  std::string reason;
};

using ToDaemon = std::variant<Start, StopHost, Pause, Resume, Alive, Input, OutputClosed>;
using FromDaemon = std::variant<HostReady, WorkerReady, Ended, Output, Log, StartFailed, Alive, InputTaken, Checked,
                                Replaced, MapProgress>;

// --- launcher and broker ---

/// First message. The socket itself was bound by the launcher and is handed over as a descriptor (`--listen-fd`).
struct BrokerPlan {
  RunPlan run;  // without plugin and arguments
};

/// The socket is served.
struct BrokerReady {};

/// Listen by TCP as well, for workers of other hosts; at any time, and several times.
struct Listen {
  std::string where;  // see ListeningSocket::bind_tcp
  std::uint16_t first_port = 0;
  std::uint16_t last_port = 0;
};

/// The answers to Listen, in the order of the questions.
struct Listening {
  std::string address;  // "tcp://10.0.0.7:5000"
};
struct NotListening {
  std::string reason;  // a sentence for the user
};

/// This worker is to leave the pool. Answered by Left, when it can; it need not have joined.
struct DrainWorker {
  WorkerId id;
};
/// Nothing is left at a worker that was drained, or on the way to or from it: its process may end.
struct Left {
  WorkerId id;
};

/// What the broker knows of the members' work. Answered by Loads.
struct AskLoads {};
struct WorkerLoad {
  WorkerId id;
  bool is_hungry = false;
};
struct Loads {
  std::vector<WorkerLoad> workers;
};

/// A worker's end reaches the broker as `Ended`; the end of the channel ends the broker.
using ToBroker = std::variant<BrokerPlan, Ended, Listen, DrainWorker, AskLoads>;
using FromBroker = std::variant<BrokerReady, Log, StartFailed, Listening, NotListening, Left, Loads>;

// --- daemon and worker ---

/// First message.
struct WorkerPlan {
  WorkerId id;
  std::string name;       // "w3@127.0.0.1"
  std::string host;       // "127.0.0.1"
  std::string endpoint;   // to bind: "ipc:///.../h0s3.1.sock"
  std::string tcp_where;  // to bind for workers of other hosts, see ListeningSocket::bind_tcp; empty: there are none
  bool is_origin = false;
  RunPlan run;  // `arguments` only for the origin
};

/// The run is over: end by exit(), soon. What is unfinished is abandoned.
struct Stop {};

struct Ready {};

/// A task that was cancelled runs here and is to be stopped: kill this process, and start another in its place.
struct EndMe {};

/// Which bytes: a name can be given to others in vain, before the broker has decided.
struct ConstantKey {
  std::string name;
  std::string hash;

  auto operator<=>(const ConstantKey&) const = default;
};

/// The daemon is to hold it for the host; its sealed memory comes along. Answered by ConstantStored.
struct PutConstant {
  ConstantKey key;
};
/// Answered by ConstantGiven; or by PullConstant, where nobody on the host has it and `may_pull`.
struct TakeConstant {
  ConstantKey key;
  bool may_pull = false;
};
/// What PullConstant asked for did not come.
struct FailConstant {
  ConstantKey key;
  std::string reason;
};
/// The name has other bytes: nobody will ask for these.
struct DropConstant {
  ConstantKey key;
};

struct ConstantStored {
  ConstantKey key;
};
/// Its memory comes along, unless the worker may not open more files.
struct ConstantGiven {
  ConstantKey key;
};
/// Get it from another host, for all of this one, and say PutConstant or FailConstant.
struct PullConstant {
  ConstantKey key;
};
/// The answer to PutConstant or TakeConstant where that failed, with a sentence.
struct ConstantRefused {
  ConstantKey key;
  std::string reason;
};

using ToWorker = std::variant<WorkerPlan, Stop, ConstantStored, ConstantGiven, PullConstant, ConstantRefused>;
using FromWorker = std::variant<Ready, Log, StartFailed, Checked, EndMe, PutConstant, TakeConstant, FailConstant,
                                DropConstant, MapProgress>;

}  // namespace scoop::control
