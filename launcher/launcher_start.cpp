// How a run begins: the broker and the hosts' daemons, then the plan, the way for other hosts, and the workers.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <scoop/detail/abi.hpp>
#include "common/process/cpu_count.hpp"
#include "common/process/limits.hpp"
#include "common/process/spawn.hpp"
#include "launcher/broker_socket.hpp"
#include "launcher/launcher.hpp"
#include "launcher/quoted.hpp"

namespace scoop {
namespace {

#if defined(__clang__)
constexpr const char* compiler = "clang++ " __clang_version__;
#else
constexpr const char* compiler = "g++ " __VERSION__;
#endif

/// "clang++ 16.0.6 (15~deb12u1)" and "g++ 12.2.0": the name and the number.
std::string compiler_name() {
  const std::string text = compiler;
  return text.substr(0, text.find(' ', text.find(' ') + 1));
}

Result<std::string> own_folder() {
  std::error_code error;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
  if (error) return Failure{"/proc/self/exe cannot be read: " + error.message() + "; mount /proc"};
  for (const std::string name : {"scoop-broker", "scoop-worker"}) {
    if (::access((folder + "/" + name).c_str(), X_OK) != 0) {
      return Failure{folder + "/" + name + " is missing: build or install SCOOP again"};
    }
  }
  return folder;
}

constexpr std::size_t shown_line = 200;
// ssh knows best why it timed out, so it comes first.
constexpr auto ssh_margin = std::chrono::seconds(2);

/// More rather than fewer: what hosts have is not known before they came.
std::uint32_t expected_workers(const LauncherOptions& options) {
  constexpr std::uint32_t most_cores = 256;
  if (options.workers) return *options.workers;
  if (options.hosts.hosts.empty()) return usable_cpus();
  std::uint32_t sum = 0;
  for (const auto& host : options.hosts.hosts) sum += host.workers.value_or(most_cores);
  return sum;
}

/// Of the hosts that came.
std::vector<HostPlaces> places(const Hosts& hosts) {
  std::vector<HostPlaces> places;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const auto& host = hosts.at(i);
    if (host.ready) places.push_back({host.name(), host.requested.workers, host.ready->cores, i, host.number});
  }
  return places;
}

/// What the other hosts call this machine.
std::vector<std::string> known_as(const Hosts& hosts) {
  std::vector<std::string> addresses;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (hosts.at(i).is_remote && hosts.at(i).ready) addresses.push_back(hosts.at(i).ready->launcher_address);
  }
  return addresses;
}

}  // namespace

Status Launcher::start() {
  const auto folder = own_folder();
  if (!folder) return folder.failure();
  if (!options_.log_file.empty()) {
    if (const auto opened = console_.open_log_file(options_.log_file); !opened) return opened.failure();
  }
  auto directory = RunDirectory::make();
  if (!directory) return directory.failure();
  run_directory_.emplace(*std::move(directory));
  run_log_.set_directory(run_directory_->path());
  run_ = make_run_plan(options_, run_directory_->path());
  if (!options_.hosts.path.empty() || !options_.hosts.prolog.empty()) {  // workers begin elsewhere, or may
    run_.plugin = std::filesystem::absolute(options_.program).string();
  }
  if (options_.hosts.network.is_encrypted) {
    auto keys = make_run_keys();
    if (!keys) return keys.failure();
    run_.keys = *std::move(keys);
  }
  loop_.watch(signals_.fd(), POLLIN, [this](short) { read_signals(); });
  // Before anything is started, which inherits the limits.
  const auto fits = fit_into_limits(expected_workers(options_));
  if (!fits && options_.hosts.hosts.empty()) return fits.failure();
  if (const auto spawned = spawn_broker(*folder); !spawned) return spawned.failure();
  greet();
  if (const auto added = add_hosts(*folder); !added) return added.failure();
  if (const auto served = serve_clients(); !served) return served.failure();
  return go_on_with_start();
}

Status Launcher::spawn_broker(const std::string& folder) {
  auto socket = listen_at(run_directory_->path() + "/broker.sock");
  if (!socket) return socket.failure();
  auto control = control::make_socket_pair();
  if (!control) return control.failure();
  SpawnRequest request;
  request.program = folder + "/scoop-broker";
  request.arguments = {"--control-fd", std::to_string(control->theirs.get()), "--listen-fd",
                       std::to_string(socket->get())};
  request.environment = own_environment();
  request.inherited = {control->theirs.get(), socket->get()};
  request.dies_with_parent = false;  // it removes our folder where we cannot, and ends with its channel
  const auto pid = spawn(request);
  if (!pid) return pid.failure();
  broker_pid_ = *pid;
  broker_.emplace(std::move(control->ours));
  loop_.watch(broker_->frames().in_fd(), POLLIN, [this](short revents) {
    if (revents & POLLOUT) broker_->frames().flush();
    if (revents & ~POLLOUT) read_broker();
  });
  control::BrokerPlan plan{run_};
  plan.run.plugin.clear();
  plan.run.arguments.clear();
  if (options_.hosts.check_only)
    plan.run.log_level = static_cast<int>(LogLevel::error);  // those who try are no strangers
  broker_->send(plan);
  return success();
}

Status Launcher::add_hosts(const std::string& folder) {
  folder_ = folder;
  Hosts::Settings settings;
  settings.ssh = options_.hosts.ssh;
  settings.local = {folder, options_.hosts.prolog};
  settings.starts.limit = options_.hosts.ssh.start_limit + ssh_margin;
  settings.starts.seed = static_cast<std::uint64_t>(::getpid());
  auto requested = options_.hosts.hosts;
  if (requested.empty()) requested = {RequestedHost{.name = "127.0.0.1"}};
  if (std::ranges::any_of(requested, is_another_machine)) {
    if (const auto ready = prepare_delivery(); !ready) return ready.failure();
  }
  settings.make_bootstrap = [this](const RequestedHost&) { return delivery_->bootstrap(); };
  hosts_.emplace(loop_, std::move(settings), hosts_events());
  if (options_.hosts.check_only) check_.emplace(requested, options_.hosts.ssh.start_limit);
  for (auto& host : requested) {
    const bool is_elsewhere = is_another_machine(host);
    if (const auto added = hosts_->add(std::move(host), is_elsewhere); !added) return added.failure();
    if (!is_elsewhere) supervisor_.add_host(hosts_->size() - 1, hosts_->at(hosts_->size() - 1).name(), false, {});
  }
  return success();
}

HostsEvents Launcher::hosts_events() {
  HostsEvents events;
  events.on_ready = [this](std::size_t host) {
    const auto& ready = hosts_->at(host);
    if (ready.is_remote) {
      supervisor_.add_host(host, ready.name(), true, Clock::now());
      tell_of_home(ready);
    }
    if (host >= hosts_at_start_) join(host);
  };
  events.on_refused = [this](std::size_t host, const std::string& reason) {
    if (supervisor_.is_ending()) return;  // by us
    if (check_) return check_->on_lost(host, reason);
    refused_.push_back(reason);
    if (stage_ == Stage::starting_hosts && options_.hosts.hosts.size() <= 1) {
      refusal_ = Failure{reason};
    } else {
      log_.warn(reason);
    }
    tell_waiting(host, reason, true);
  };
  events.on_message = [this](std::size_t host, const control::FromDaemon& message) {
    std::visit([this](const auto& body) { show(body); }, message);
    if (check_ && is_for_check(host, message)) return;
    LauncherActions actions;
    supervisor_.on_daemon_message(host, message, Clock::now(), actions);
    act(actions);
  };
  events.on_silence = [this](std::size_t host) { supervisor_.on_daemon_silent(host, Clock::now()); };
  events.on_ended = [this](std::size_t host, const LossCause& cause) {
    if (check_) check_->on_lost(host, "its daemon " + std::string(cause.signal != 0 ? "was " : "") + cause.text);
    console_.progress().on_host_lost(hosts_->at(host).number);
    LauncherActions actions;
    supervisor_.on_daemon_ended(host, cause, Clock::now(), actions);
    act(actions);
  };
  events.on_said = [this](std::size_t host, std::string_view line) {
    log_.debug("ssh_said host=" + hosts_->at(host).name() + " line=" + quoted(line, shown_line));
  };
  return events;
}

// Of the first such host: it will be the same with the others.
void Launcher::tell_of_home(const Host& host) {
  const auto& talk = *host.process->bootstrap();
  if (talk.folder_kind() != WorkingFolder::home || std::exchange(has_told_of_home_, true)) return;
  std::error_code error;  // it may be gone
  const auto own = std::filesystem::current_path(error).string();
  log_.info((error ? "The folder of this launch is gone" : host.name() + " has no folder " + own) +
            ": its workers begin in the home, " + talk.folder() + "; --path names another.");
}

void Launcher::greet() {
  log_.info("SCOOP " SCOOP_VERSION " on linux using " + compiler_name() +
            ", API: " + std::to_string(detail::abi_version));
  log_.debug("run_started broker_pid=" + std::to_string(broker_pid_) + " directory=" + run_directory_->path());
}

// A host is waited for until it came or failed; a way to the broker only where there are other hosts.
Status Launcher::go_on_with_start() {
  if (stage_ != Stage::starting_hosts || !hosts_->are_settled() || supervisor_.is_ending()) return success();
  plan_ = plan_run(places(*hosts_), check_ ? std::nullopt : options_.workers);  // checked are all
  if (!refused_.empty() && !check_) {
    const auto missing =
        std::to_string(refused_.size()) + " of " + std::to_string(hosts_->size()) + " hosts did not come";
    if (plan_.hosts.empty() && refused_.size() == 1) return Failure{refused_.front()};
    if (plan_.hosts.empty()) return refuse("none of the " + std::to_string(refused_.size()) + " hosts came");
    if (options_.hosts.require_all) return refuse(missing + ", and --require-all asks for all");
    log_.warn(missing + "; the run goes on with the others. --require-all would end it here.");
  }
  const bool has_others = std::ranges::any_of(plan_.hosts, [&](const auto& one) { return is_remote(one.host); });
  return has_others ? listen(false) : begin_run();
}

// With the reasons, where they have not been shown.
Failure Launcher::refuse(const std::string& why) const {
  if (options_.log_level > LogLevel::warn) {
    for (const auto& reason : refused_) log_.error(reason);
  }
  return {why};
}

Status Launcher::listen(bool second_try) {
  stage_ = Stage::listening;
  is_second_try_ = second_try;
  const auto& network = options_.hosts.network;
  broker_->send(control::Listen{listening_place(network, known_as(*hosts_), second_try), network.ports.first,
                                network.ports.last});
  return success();
}

void Launcher::show(const control::Listening& listening) {
  if (stage_ == Stage::running) return on_way(listening.address);
  listening_ = listening.address;
  if (stage_ != Stage::listening || supervisor_.is_ending()) return;
  warn_if_open(listening_);
  if (const auto begun = begin_run(); !begun) refusal_ = begun.failure();
}

// Where the hosts know this machine by an address that it has not itself, as behind a router, all addresses will do.
void Launcher::show(const control::NotListening& refused) {
  if (stage_ == Stage::running) return on_way(Failure{refused.reason});
  if (stage_ != Stage::listening) return;
  if (options_.hosts.network.where.empty() && !is_second_try_) {
    (void)listen(true);
  } else {
    refusal_ = Failure{refused.reason};
  }
}

Status Launcher::begin_run() {
  stage_ = Stage::running;
  hosts_at_start_ = hosts_->size();
  if (check_) return begin_check(plan_run(places(*hosts_), options_.workers));
  if (const auto checked = check_wrapped_workers(options_, plan_); !checked) return checked.failure();
  if (const auto fits = fit_into_limits(plan_.workers()); !fits) return fits.failure();
  run_.pool_size = plan_.workers();
  for (const auto& line : describe(plan_)) log_.info(line);
  name_broker();
  run_log_.set_hosts(hosts_taking_part());
  supervisor_.begin(plan_);
  for (std::size_t i = 0; i < plan_.hosts.size(); ++i) hosts_->send(plan_.hosts[i].host, order(i));
  let_go_of_idle_hosts();
  if (is_remote(plan_.hosts[0].host)) input_.start();
  return success();
}

control::Start Launcher::order(std::size_t index) const {
  const auto host = plan_.hosts[index].host;
  auto start = make_start(plan_, index, run_);
  start.settings = options_.worker_settings;
  start.settings.nice = options_.hosts.nice;
  start.environment = options_.hosts.environment;
  start.tags_output = options_.hosts.tags_output;
  if (!listening_.empty()) start.tcp_where = workers_place(host);
  if (is_remote(host)) {
    start.run.run_directory.clear();
    start.run.broker_endpoint = endpoint_for(listening_, hosts_->at(host).ready->launcher_address);
    start.run.plugin = hosts_->at(host).process->bootstrap()->plugin_path();
    start.origin_streams = control::OriginStreams::bytes;
  } else {
    start.settings.directory = options_.hosts.path;
    start.origin_process_group = ::getpgrp();
    if (start.tags_output) start.origin_streams = control::OriginStreams::lines;
  }
  return start;
}

void Launcher::let_go_of_idle_hosts() {
  for (std::size_t host = 0; host < hosts_->size(); ++host) {
    const bool has_share = std::ranges::any_of(plan_.hosts, [&](const auto& share) { return share.host == host; });
    if (!has_share) hosts_->send(host, control::StopHost{0, 0});
  }
}

/// Where a host's workers listen for those of others; empty: nowhere, and the broker relays.
std::string Launcher::workers_place(std::size_t host) const {
  const auto& network = options_.hosts.network;
  if (!is_remote(host)) return is_second_try_ ? "" : listening_place(network, known_as(*hosts_));
  const auto& own = hosts_->at(host).ready->address;
  return own.find('%') == std::string::npos ? own : "";  // the address of one link alone
}

}  // namespace scoop
