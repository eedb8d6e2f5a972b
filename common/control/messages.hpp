#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/protocol/message.hpp"

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
  FaultPlan fault;
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
  std::string wrap;                    // shell words in front of the worker's command; empty: none
  std::vector<std::uint32_t> wrapped;  // numbers in the pool of the workers it is for; empty: all
  std::string preload;                 // library to load before all others; empty: none
};

struct Start {
  RunPlan run;
  WorkerSettings settings;
  std::uint16_t host = 0;          // index in the pool
  std::string host_name;           // "127.0.0.1"; part of the workers' names
  std::uint32_t first_worker = 0;  // number of the host's first worker in the pool
  std::uint16_t workers = 1;
  bool has_origin = false;               // then slot 0 runs main
  int origin_process_group = 0;          // the launcher's, so that the terminal's signals reach it; 0: one of its own
  std::vector<std::string> environment;  // "NAME=value"
};

/// Ends the workers: told to stop, killed after `grace_ms`. Then the daemon ends what they left behind, and itself.
struct StopHost {
  int origin_signal = 0;  // sent to the origin, which has no other reason to end; 0: it has ended or knows already
  std::uint32_t grace_ms = 2000;
};

/// The job was stopped at the terminal (SIGSTOP to every worker), or goes on again.
struct Pause {};
struct Resume {};

/// The daemon runs, before its workers do.
struct HostReady {
  std::uint32_t cores = 1;  // usable logical CPUs
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

using ToDaemon = std::variant<Start, StopHost, Pause, Resume>;
using FromDaemon = std::variant<HostReady, WorkerReady, Ended, Output, Log, StartFailed>;

// --- launcher and broker ---

/// First message. The socket itself was bound by the launcher and is handed over as a descriptor (`--listen-fd`).
struct BrokerPlan {
  RunPlan run;  // without plugin and arguments
};

/// The socket is served.
struct BrokerReady {};

/// A worker's end reaches the broker as `Ended`; the end of the channel ends the broker.
using ToBroker = std::variant<BrokerPlan, Ended>;
using FromBroker = std::variant<BrokerReady, Log, StartFailed>;

// --- daemon and worker ---

/// First message.
struct WorkerPlan {
  WorkerId id;
  std::string name;      // "w3@127.0.0.1"
  std::string host;      // "127.0.0.1"
  std::string endpoint;  // to bind: "ipc:///.../h0s3.1.sock"
  bool is_origin = false;
  RunPlan run;  // `arguments` only for the origin
};

/// The run is over: end by exit(), soon. What is unfinished is abandoned.
struct Stop {};

struct Ready {};

using ToWorker = std::variant<WorkerPlan, Stop>;
using FromWorker = std::variant<Ready, Log, StartFailed>;

}  // namespace scoop::control
