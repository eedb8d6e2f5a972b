#include "launcher/host_process.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "common/process/pipe.hpp"
#include "common/process/spawn.hpp"

namespace scoop {
namespace {

constexpr std::size_t kept_errors = 16u << 10;

// As on other hosts: neither input nor output of the run is for it, and only its exit keeps the daemon from beginning.
// Inside a function its `set` does not reach our words.
constexpr const char* run_prolog =
    "scoop_prolog=$1; shift; scoop_run() { eval \"$scoop_prolog\"; }; scoop_run </dev/null >&2; exec \"$@\"";

/// The bytes that are there, at most a block; `has_ended`: no more will come.
std::string read_some(int fd, bool& has_ended) {
  std::array<char, 64u << 10> block;
  const auto count = ::read(fd, block.data(), block.size());
  has_ended = count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR);
  return count > 0 ? std::string(block.data(), static_cast<std::size_t>(count)) : std::string();
}

}  // namespace

// It must outlive us for a moment, to end what is below it: so no death with its parent, but the end of its channel.
// Its outputs are ours, for the origin.
Result<std::unique_ptr<HostProcess>> HostProcess::spawn_local(EventLoop& loop, const Local& local, HostEvents events) {
  auto control = control::make_socket_pair();
  if (!control) return control.failure();
  SpawnRequest request;
  request.program = local.folder + "/scoop-worker";
  request.arguments = {"--host", "--control-fd", std::to_string(control->theirs.get())};
  if (!local.prolog.empty()) {
    request.arguments.insert(request.arguments.begin(), {"-c", run_prolog, "sh", local.prolog, request.program});
    request.program = "/bin/sh";
  }
  request.environment = own_environment();
  request.inherited = {control->theirs.get()};
  request.dies_with_parent = false;
  const auto pid = spawn(request);
  if (!pid) return pid.failure();

  std::unique_ptr<HostProcess> process(new HostProcess(loop, std::move(events)));
  process->pid_ = *pid;
  process->channel_.emplace(std::move(control->ours));
  process->watch_channel();
  return process;
}

Result<std::unique_ptr<HostProcess>> HostProcess::connect(EventLoop& loop, const SshSettings& settings,
                                                          const RequestedHost& host, Bootstrap bootstrap,
                                                          HostEvents events) {
  auto input = make_pipe();
  auto output = make_pipe();
  auto errors = make_pipe();
  for (const auto* pipe : {&input, &output, &errors}) {
    if (!*pipe) return pipe->failure();
  }
  auto command = ssh_command(settings, host, bootstrap.command_script());
  SpawnRequest request;
  request.program = command.front();
  request.arguments.assign(command.begin() + 1, command.end());
  request.environment = own_environment();
  request.redirected = {{input->read_end.get(), STDIN_FILENO},
                        {output->write_end.get(), STDOUT_FILENO},
                        {errors->write_end.get(), STDERR_FILENO}};
  const auto pid = spawn(request);
  if (!pid) return pid.failure();

  std::unique_ptr<HostProcess> process(new HostProcess(loop, std::move(events)));
  auto& self = *process;
  self.pid_ = *pid;
  self.out_ = never_blocking(std::move(input->write_end));
  self.in_ = never_blocking(std::move(output->read_end));
  self.errors_ = never_blocking(std::move(errors->read_end));
  self.unsent_.push_back(bootstrap.first_input());
  self.bootstrap_.emplace(std::move(bootstrap));
  loop.watch(self.in_.get(), POLLIN, [&self](short) { self.read_shell(); });
  loop.watch(self.out_.get(), POLLOUT, [&self](short) { self.write_shell(); });
  loop.watch(self.errors_.get(), POLLIN, [&self](short) { self.read_errors(); });
  return process;
}

HostProcess::~HostProcess() {
  unwatch_channel();
  for (const auto* fd : {&in_, &out_, &errors_}) {
    if (*fd) loop_.unwatch(fd->get());
  }
}

void HostProcess::kill() const {
  if (pid_ != 0) ::kill(pid_, SIGKILL);
}

void HostProcess::send(const control::ToDaemon& message) {
  if (channel_) channel_->send(message);
}

void HostProcess::set_interests(bool reads) {
  if (!channel_ || !is_watched_) return;
  const auto& frames = channel_->frames();
  const short out = frames.queued_bytes() > 0 ? POLLOUT : 0;
  const short in = reads ? POLLIN : 0;
  if (frames.in_fd() == frames.out_fd()) {
    loop_.set_events(frames.in_fd(), static_cast<short>(in | out));
  } else {
    loop_.set_events(frames.in_fd(), in);
    loop_.set_events(frames.out_fd(), out);
  }
}

void HostProcess::on_ended() {
  pid_ = 0;
  while (is_watched_ && read_channel()) {
  }
  unwatch_channel();  // others may hold the pipe open
  if (errors_) read_errors();
}

void HostProcess::watch_channel() {
  is_watched_ = true;
  const auto& frames = channel_->frames();
  const bool is_socket = frames.in_fd() == frames.out_fd();
  loop_.watch(frames.in_fd(), POLLIN, [this](short revents) {
    if (revents & POLLOUT) channel_->frames().flush();
    if (revents & ~POLLOUT) read_channel();
  });
  if (!is_socket) loop_.watch(frames.out_fd(), 0, [this](short) { channel_->frames().flush(); });
}

void HostProcess::unwatch_channel() {
  if (!std::exchange(is_watched_, false)) return;
  loop_.unwatch(channel_->frames().in_fd());
  loop_.unwatch(channel_->frames().out_fd());
}

bool HostProcess::read_channel() {
  const bool has_more = channel_->frames().receive() > 0;
  while (const auto message = channel_->next()) events_.on_message(*message);
  if (channel_->frames().ended()) {
    unwatch_channel();
    events_.on_silence();
  }
  return has_more;
}

void HostProcess::read_shell() {
  bool has_ended = false;
  const auto bytes = read_some(in_.get(), has_ended);
  if (has_ended) {
    loop_.unwatch(in_.get());
    in_.reset();
    return;  // its end says why
  }
  const auto words = bootstrap_->words();
  auto answer = bootstrap_->on_output(bytes);
  if (!answer) {
    failure_ = answer.failure().message;
    return kill();
  }
  if (bootstrap_->words() > words) events_.on_progress();  // the noise of a login shell may have no end
  if (!answer->empty()) unsent_.push_back(*std::move(answer));
  write_shell();
  if (bootstrap_->is_ready()) enter_channel();
}

void HostProcess::write_shell() {
  while (out_ && !unsent_.empty()) {
    auto& part = unsent_.front();
    const auto count = ::write(out_.get(), part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    if (count < 0) {
      loop_.unwatch(out_.get());
      out_.reset();
      return;  // its end says why
    }
    events_.on_progress();
    const auto written = static_cast<std::size_t>(count);
    part = part.slice(written, part.size() - written);
    if (part.empty()) unsent_.pop_front();
  }
  if (out_) loop_.set_events(out_.get(), unsent_.empty() ? 0 : POLLOUT);
}

// The shell has become the daemon, whose first words may have come along.
void HostProcess::enter_channel() {
  loop_.unwatch(in_.get());
  loop_.unwatch(out_.get());
  channel_.emplace(std::move(in_), std::move(out_), bootstrap_->rest());
  watch_channel();
  while (const auto message = channel_->next()) events_.on_message(*message);
}

void HostProcess::read_errors() {
  bool has_ended = false;
  for (std::string bytes = read_some(errors_.get(), has_ended); !bytes.empty();) {
    said_ += bytes;
    tell_lines();
    bytes = read_some(errors_.get(), has_ended);
  }
  if (!has_ended && pid_ != 0) return;
  loop_.unwatch(errors_.get());
  errors_.reset();
}

void HostProcess::tell_lines() {
  for (auto end = said_.find('\n', told_); end != std::string::npos; end = said_.find('\n', told_)) {
    events_.on_said(std::string_view(said_).substr(told_, end - told_));
    told_ = end + 1;
  }
  if (said_.size() <= kept_errors) return;
  const auto cut = said_.size() - kept_errors;
  said_.erase(0, cut);
  told_ -= std::min(told_, cut);
}

}  // namespace scoop
