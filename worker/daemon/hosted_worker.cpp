#include "worker/daemon/hosted_worker.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "common/process/pipe.hpp"
#include "common/process/spawn.hpp"

namespace scoop {
namespace {

/// Gives the child its standard streams, and the worker our ends of those that are pipes. `theirs` holds the child's
/// until it is spawned.
Status join_streams(const control::WorkerPlan& plan, const WorkerCommand& command, HostedWorker& worker,
                    SpawnRequest& request, std::vector<UniqueFd>& theirs) {
  using control::OriginStreams;
  const auto give = [&](UniqueFd fd, int stream) {
    request.redirected.emplace_back(fd.get(), stream);
    theirs.push_back(std::move(fd));
  };
  if (plan.is_origin && command.origin_streams == OriginStreams::inherited) return success();
  const bool takes_input = plan.is_origin && command.origin_streams == OriginStreams::bytes;
  if (takes_input) {
    auto pipe = make_pipe();
    if (!pipe) return pipe.failure();
    give(std::move(pipe->read_end), STDIN_FILENO);
    worker.input = WorkerInput(never_blocking(std::move(pipe->write_end)));
  } else if (!plan.is_origin) {
    give(UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)), STDIN_FILENO);
  }
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    auto pipe = make_pipe();
    if (!pipe) return pipe.failure();
    give(std::move(pipe->write_end), stream);
    auto& output = worker.outputs[stream == STDERR_FILENO ? 1 : 0];
    output.fd = never_blocking(std::move(pipe->read_end));
    output.is_error = stream == STDERR_FILENO;
    output.is_raw = takes_input && command.tag.empty();
    output.lines = LineBuffer(command.tag);
  }
  return success();
}

}  // namespace

void HostedWorker::signal(int number) const {
  if (has_own_group) {
    ::kill(-pid, number);
  } else {
    ::kill(pid, number);
  }
}

Result<HostedWorker> spawn_worker(const control::WorkerPlan& plan, const WorkerCommand& command) {
  auto sockets = control::make_socket_pair();
  if (!sockets) return sockets.failure();
  HostedWorker worker;
  worker.id = plan.id;

  SpawnRequest request;
  request.program = command.program;
  request.arguments = {"--control-fd", std::to_string(sockets->theirs.get())};
  if (!command.preload.empty()) request.arguments.insert(request.arguments.begin(), {"--preload", command.preload});
  if (!command.wrap.empty()) {
    request.program = "/bin/sh";
    request.arguments.insert(request.arguments.begin(),
                             {"-c", "exec " + command.wrap + " \"$@\"", "sh", command.program});
  }
  request.environment = command.environment;
  request.cpus = command.cpus;
  request.nice = command.nice;
  request.directory = command.directory;
  request.inherited = {sockets->theirs.get()};
  request.process_group = plan.is_origin ? command.origin_process_group : own_process_group;
  worker.has_own_group = request.process_group == own_process_group;

  std::vector<UniqueFd> theirs;
  if (const auto joined = join_streams(plan, command, worker, request, theirs); !joined) return joined.failure();

  if (const auto& folder = command.directory; !folder.empty() && ::access((folder + "/.").c_str(), X_OK) != 0) {
    return Failure{"the working folder " + folder + " cannot be entered on " + plan.host + ": " + std::strerror(errno) +
                   "; make it there, or name another one with --path"};
  }
  const auto pid = spawn(request);
  if (!pid) return pid.failure();
  worker.pid = *pid;
  worker.channel.emplace(std::move(sockets->ours));
  worker.channel->send(plan);
  return worker;
}

}  // namespace scoop
