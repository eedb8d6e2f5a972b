#include "worker/daemon/hosted_worker.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/process/spawn.hpp"

namespace scoop {
namespace {

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

/// Only our end is non-blocking: the worker's programs expect an ordinary output.
Result<Pipe> make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return Failure{"cannot make a pipe: " + std::string(std::strerror(errno))};
  ::fcntl(fds[0], F_SETFL, O_NONBLOCK);
  return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
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
  request.inherited = {sockets->theirs.get()};
  request.process_group = plan.is_origin ? command.origin_process_group : own_process_group;
  worker.has_own_group = request.process_group == own_process_group;

  std::vector<UniqueFd> theirs;
  if (!plan.is_origin) {
    theirs.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    request.redirected.emplace_back(theirs.back().get(), STDIN_FILENO);
    for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
      auto pipe = make_pipe();
      if (!pipe) return pipe.failure();
      theirs.push_back(std::move(pipe->write_end));
      request.redirected.emplace_back(theirs.back().get(), stream);
      auto& output = worker.outputs[stream == STDERR_FILENO ? 1 : 0];
      output.fd = std::move(pipe->read_end);
      output.is_error = stream == STDERR_FILENO;
    }
  }

  const auto pid = spawn(request);
  if (!pid) return pid.failure();
  worker.pid = *pid;
  worker.channel.emplace(std::move(sockets->ours));
  worker.channel->send(plan);
  return worker;
}

}  // namespace scoop
