#include "launcher/host_starts.hpp"

#include <algorithm>

namespace scoop {

void HostStarts::add(std::size_t host, const std::string& name, TimePoint now, StartActions& out) {
  hosts_.push_back({host, name, false, 0, now});
  connect_more(now, out);
}

void HostStarts::on_progress(std::size_t host, TimePoint now) {
  if (auto* const found = find(host); found != nullptr && found->is_connecting) found->due = now + settings_.limit;
}

void HostStarts::on_ready(std::size_t host, TimePoint now, StartActions& out) {
  forget(host);
  connect_more(now, out);
}

void HostStarts::on_failed(std::size_t host, const SshFailure& failure, TimePoint now, StartActions& out) {
  auto* const failed = find(host);
  if (failed == nullptr) return;  // given up before
  if (failure.is_worth_retry && failed->attempts < settings_.attempts) {
    const auto pause = settings_.first_pause * (1 << (failed->attempts - 1));
    failed->is_connecting = false;
    failed->due =
        now + std::chrono::duration_cast<Duration>(pause * std::uniform_real_distribution<double>(0.5, 1.5)(random_));
  } else {
    out.emplace_back(RefuseHost{host, failure.message});
    forget(host);
  }
  connect_more(now, out);
}

void HostStarts::on_tick(TimePoint now, StartActions& out) {
  for (std::size_t i = 0; i < hosts_.size();) {
    const auto host = hosts_[i];
    if (!host.is_connecting || now < host.due) {
      ++i;
      continue;
    }
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(settings_.limit).count();
    out.emplace_back(AbandonHost{host.host});
    out.emplace_back(
        RefuseHost{host.host, host.name + ": it was not ready after " + std::to_string(seconds) +
                                  " s; see whether it is overloaded, or allow more with --connect-timeout"});
    forget(host.host);
  }
  connect_more(now, out);
}

TimePoint HostStarts::next_deadline() const {
  TimePoint earliest = never;
  const bool is_full = std::ranges::count_if(hosts_, &Host::is_connecting) >= std::ptrdiff_t(settings_.at_once);
  for (const auto& host : hosts_) {
    if (host.is_connecting || !is_full) earliest = std::min(earliest, host.due);
  }
  return earliest;
}

bool HostStarts::is_starting(std::size_t host) const {
  return std::ranges::any_of(hosts_, [&](const Host& one) { return one.host == host; });
}

HostStarts::Host* HostStarts::find(std::size_t host) {
  const auto found = std::ranges::find(hosts_, host, &Host::host);
  return found == hosts_.end() ? nullptr : &*found;
}

void HostStarts::forget(std::size_t host) {
  std::erase_if(hosts_, [&](const Host& one) { return one.host == host; });
}

void HostStarts::connect_more(TimePoint now, StartActions& out) {
  auto connecting = static_cast<std::size_t>(std::ranges::count_if(hosts_, &Host::is_connecting));
  for (auto& host : hosts_) {
    if (connecting >= settings_.at_once) return;
    if (host.is_connecting || now < host.due) continue;
    host.is_connecting = true;
    ++host.attempts;
    host.due = now + settings_.limit;
    ++connecting;
    out.emplace_back(ConnectHost{host.host});
  }
}

}  // namespace scoop
