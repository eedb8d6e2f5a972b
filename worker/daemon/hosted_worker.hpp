#pragma once
#include <sys/types.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "common/control/channel.hpp"
#include "worker/daemon/line_buffer.hpp"
#include "worker/daemon/worker_input.hpp"

namespace scoop {

/// What a worker writes to one of its outputs.
struct OutputStream {
  UniqueFd fd;  // none: the origin's, which goes where the launcher's goes
  bool is_error = false;
  bool is_raw = false;  // passed on as it comes, else by lines
  LineBuffer lines;
};

/// A worker's process as the daemon holds it.
struct HostedWorker {
  WorkerId id;
  pid_t pid = 0;
  bool has_own_group = false;  // then it is signalled with all that it started
  std::optional<control::WorkerChannel> channel;
  std::array<OutputStream, 2> outputs;
  WorkerInput input;

  void signal(int number) const;
};

/// How one worker's process is to run.
struct WorkerCommand {
  std::string program;  // scoop-worker's own path
  std::string wrap;     // shell words in front of it; empty: none
  std::vector<std::string> environment;
  std::string preload;  // library to load before all others; empty: none
  int origin_process_group = 0;
  control::OriginStreams origin_streams = control::OriginStreams::inherited;
  std::string tag;        // in front of each line that it writes
  std::vector<int> cpus;  // it may use; empty: all
  int nice = 0;
  std::string directory;  // empty: the daemon's
};

/// Starts the process and sends it its plan, which does not pass through arguments or environment. Workers read nothing
/// and write to pipes; for the origin the command says where its streams lead.
Result<HostedWorker> spawn_worker(const control::WorkerPlan& plan, const WorkerCommand& command);

}  // namespace scoop
