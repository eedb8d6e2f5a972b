#include "launcher/hosts.hpp"

#include <algorithm>

#include "common/base/exit_code.hpp"
#include "common/process/signals.hpp"
#include "launcher/quoted.hpp"

namespace scoop {
namespace {

// Of a host that was part of the run, ssh's own words tell best why it is not any more.
LossCause explain_loss(const Host& host, const LossCause& cause) {
  constexpr int ssh_failed = 255;
  constexpr std::size_t shown_bytes = 200;
  if (!host.is_remote) return cause;
  if (cause.signal != 0) {
    auto lost = cause;
    lost.text = "lost: its ssh was " + cause.text;
    return lost;
  }
  if (cause.status > exit_signal_base && cause.status < ssh_failed) return to_cause(cause.status - exit_signal_base);
  if (cause.status != ssh_failed) return cause;
  auto said = host.process->said();
  said.erase(said.find_last_not_of(" \r\n") + 1);
  said.erase(0, said.rfind('\n') + 1);
  auto lost = cause;
  lost.text = "was lost with its connection";
  if (!said.empty()) lost.text += " (ssh said: " + quoted(said, shown_bytes) + ")";
  return lost;
}

/// Of this machine's daemon, which ended before it spoke.
std::string explain_silence(const std::string& host, const HostProcess::Local& local, const LossCause& cause) {
  const auto fate = (cause.signal != 0 ? "was " : "") + cause.text;
  if (local.prolog.empty()) {
    return host + ": " + local.folder + "/scoop-worker " + fate +
           " before it spoke; see what it wrote, or install SCOOP again";
  }
  return host + ": its prolog " + fate + " before anything began; let the script of --prolog come to its end";
}

}  // namespace

// The broker's host has number 0: a first host that is another one must not be taken for it.
Status Hosts::add(RequestedHost host, bool is_remote) {
  const auto index = hosts_.size();
  const bool begins_here = hosts_.empty() ? !is_remote : !hosts_.front().is_remote;
  hosts_.push_back({std::move(host), is_remote, static_cast<std::uint16_t>(index + (begins_here ? 0 : 1))});
  if (is_remote) {
    StartActions actions;
    starts_.add(index, hosts_[index].name(), Clock::now(), actions);
    act(actions);
    return success();
  }
  auto process = HostProcess::spawn_local(loop_, settings_.local, events_of(index));
  if (!process) return process.failure();
  hosts_[index].process = *std::move(process);
  return success();
}

bool Hosts::are_settled() const {
  const auto is_settled = [](const Host& host) { return host.is_remote || host.ready || !host.process; };
  return starts_.are_settled() && std::ranges::all_of(hosts_, is_settled);
}

std::optional<std::size_t> Hosts::find(const std::string& name) const {
  const auto found = std::ranges::find_if(hosts_, [&](const Host& host) { return host.name() == name; });
  return found == hosts_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - hosts_.begin()));
}

void Hosts::send(std::size_t host, const control::ToDaemon& message) {
  if (const auto& process = hosts_.at(host).process) process->send(message);
}

void Hosts::kill(std::size_t host) {
  if (const auto& process = hosts_.at(host).process) process->kill();
}

void Hosts::set_interests(bool reads) {
  for (const auto& host : hosts_) {
    if (host.process) host.process->set_interests(reads);
  }
}

void Hosts::on_tick(TimePoint now) {
  StartActions actions;
  starts_.on_tick(now, actions);
  act(actions);
}

bool Hosts::on_child_ended(pid_t pid, const LossCause& cause) {
  const auto found =
      std::ranges::find_if(hosts_, [&](const Host& host) { return host.process && host.process->pid() == pid; });
  if (found == hosts_.end()) return false;
  const auto host = static_cast<std::size_t>(found - hosts_.begin());
  found->process->on_ended();  // what it said comes first
  if (found->ready) {
    events_.on_ended(host, explain_loss(*found, cause));
  } else {
    on_attempt_ended(host, cause);
  }
  return true;
}

void Hosts::act(const StartActions& actions) {
  for (const auto& action : actions) std::visit([this](const auto& one) { act(one); }, action);
}

void Hosts::act(const ConnectHost& action) {
  auto& host = hosts_.at(action.host);
  auto process = HostProcess::connect(loop_, settings_.ssh, host.requested, settings_.make_bootstrap(host.requested),
                                      events_of(action.host));
  if (process) {
    host.process = *std::move(process);
  } else {
    const auto why = explain_missing_ssh(process.failure());
    fail(action.host, {to_string(host.requested) + ": " + why.message, false});
  }
}

HostEvents Hosts::events_of(std::size_t host) {
  HostEvents events;
  events.on_message = [this, host](const control::FromDaemon& message) { on_message(host, message); };
  events.on_silence = [this, host] { events_.on_silence(host); };
  events.on_said = [this, host](std::string_view line) { events_.on_said(host, line); };
  events.on_progress = [this, host] { starts_.on_progress(host, Clock::now()); };
  return events;
}

void Hosts::on_message(std::size_t host, const control::FromDaemon& message) {
  if (const auto* ready = std::get_if<control::HostReady>(&message); ready != nullptr && !hosts_[host].ready) {
    hosts_[host].ready = *ready;
    StartActions actions;
    if (hosts_[host].is_remote) starts_.on_ready(host, Clock::now(), actions);
    events_.on_ready(host);
    act(actions);
  }
  events_.on_message(host, message);
}

void Hosts::on_attempt_ended(std::size_t host, const LossCause& cause) {
  auto& ended = hosts_[host];
  const auto process = std::exchange(ended.process, nullptr);
  if (!ended.is_remote) {
    events_.on_refused(host, explain_silence(ended.name(), settings_.local, cause));
    return events_.on_ended(host, cause);
  }
  if (!process->failure().empty()) return fail(host, {to_string(ended.requested) + ": " + process->failure(), false});
  fail(host, explain_ssh_failure(ended.requested, process->said(), cause));
}

void Hosts::fail(std::size_t host, const SshFailure& failure) {
  StartActions actions;
  starts_.on_failed(host, failure, Clock::now(), actions);
  act(actions);
}

}  // namespace scoop
