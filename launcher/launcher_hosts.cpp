// Hosts that join and leave while the run goes on, and the commands that ask for it.
#include <unistd.h>

#include <algorithm>
#include <array>

#include "common/process/cpu_count.hpp"
#include "common/process/limits.hpp"
#include "launcher/host_table.hpp"
#include "launcher/launcher.hpp"

namespace scoop {
namespace {

RequestedHost to_host(const control::ClientHost& host) { return {host.name, host.user, host.port, host.workers}; }

}  // namespace

Status Launcher::serve_clients() { return clients_.listen(run_directory_->path() + "/launcher.sock"); }

void Launcher::on_request(ClientServer::Id client, const control::AddHosts& request) {
  for (const auto& host : request.hosts) {
    clients_.expect(client);
    if (const auto added = add_late(to_host(host)); added) {
      waiting_.emplace(hosts_->size() - 1, client);
    } else {
      clients_.settle(client, added.failure().message, true);
    }
  }
}

void Launcher::on_request(ClientServer::Id client, const control::RemoveHosts& request) {
  for (const auto& name : request.names) {
    clients_.expect(client);
    const auto host = find_present(name);
    if (!host) {
      clients_.settle(client, "no host of this run is called " + name + "; there are " + present_names(), true);
      continue;
    }
    LauncherActions actions;
    const auto removed = supervisor_.remove_host(*host, actions);
    if (removed) {
      waiting_.emplace(*host, client);
    } else {
      clients_.settle(client, removed.failure().message, true);
    }
    act(actions);
  }
}

void Launcher::on_request(ClientServer::Id client, const control::ListHosts&) {
  clients_.expect(client);
  asked_loads_.push_back(client);
  broker_->send(control::AskLoads{});
}

void Launcher::show(const control::Loads& loads) {
  if (asked_loads_.empty()) return;
  const auto client = asked_loads_.front();
  asked_loads_.pop_front();
  const auto lines = host_lines(supervisor_.shown_hosts(), loads.workers);
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) clients_.say(client, lines[i]);
  clients_.settle(client, lines.back());
}

void Launcher::tell_waiting(std::size_t host, const std::string& text, bool is_failure) {
  const auto [first, last] = waiting_.equal_range(host);
  std::vector<ClientServer::Id> clients;
  for (auto entry = first; entry != last; ++entry) clients.push_back(entry->second);
  waiting_.erase(first, last);
  for (const auto client : clients) clients_.settle(client, text, is_failure);
}

void Launcher::act(const HostJoined& action) {
  const auto share = std::ranges::find(plan_.hosts, action.host, &HostShare::host);
  tell_waiting(action.host,
               hosts_->at(action.host).name() + " takes part with " + std::to_string(share->workers) + " worker(s).");
}

void Launcher::act(const HostGone& action) {
  run_log_.set_hosts(hosts_taking_part());
  const auto& name = hosts_->at(action.host).name();
  if (action.why.empty()) return tell_waiting(action.host, name + " has left the run.");
  tell_waiting(action.host, name + ": " + action.why, true);
}

// --- who is there ---

/// By its name, or as it was given: "user@node7:2222".
std::optional<std::size_t> Launcher::find_present(const std::string& name) const {
  for (std::size_t host = 0; host < hosts_->size(); ++host) {
    const auto& requested = hosts_->at(host).requested;
    const bool is_called = requested.name == name || to_string(requested) == name;
    if (is_called && (supervisor_.is_present(host) || hosts_->is_starting(host))) return host;
  }
  return std::nullopt;
}

std::string Launcher::present_names() const {
  std::string names;
  for (std::size_t host = 0; host < hosts_->size(); ++host) {
    if (supervisor_.is_present(host)) names += (names.empty() ? "" : ", ") + hosts_->at(host).name();
  }
  return names;
}

std::vector<RunHost> Launcher::hosts_taking_part() const {
  std::vector<RunHost> hosts;
  for (const auto& host : plan_.hosts) {
    if (supervisor_.is_present(host.host)) hosts.push_back({host.name, host.workers});
  }
  return hosts;
}

// --- a host joins ---

Status Launcher::add_late(RequestedHost host) {
  if (stage_ != Stage::running) return Failure{"the run is still starting; try again when it has begun"};
  if (check_) return Failure{"this is a check: nothing runs"};
  if (find_present(host.name)) {
    return Failure{host.name + " is in the run already; for another number of workers, remove it first"};
  }
  const bool is_elsewhere = is_another_machine(host);
  if (is_elsewhere) {
    if (const auto ready = prepare_delivery(); !ready) return ready.failure();
  }
  if (const auto added = hosts_->add(std::move(host), is_elsewhere); !added) return added.failure();
  const auto number = hosts_->size() - 1;
  if (!is_elsewhere) supervisor_.add_host(number, hosts_->at(number).name(), false, {});
  return success();
}

bool Launcher::is_another_machine(const RequestedHost& host) {
  std::array<char, 256> name{};
  const bool is_named = ::gethostname(name.data(), name.size() - 1) == 0;
  return !is_this_machine(host, is_named ? name.data() : "localhost");
}

Status Launcher::prepare_delivery() {
  if (delivery_) return success();
  auto delivery = Delivery::make(folder_, options_);
  if (!delivery) return delivery.failure();
  delivery_.emplace(*std::move(delivery));
  return success();
}

/// Its daemon has come. First it needs a way to the broker.
void Launcher::join(std::size_t host) {
  if (supervisor_.is_ending()) return hosts_->send(host, control::StopHost{0, 0});
  const auto& network = options_.hosts.network;
  const bool has_way = !is_remote(host) || (!listening_.empty() && !network.where.empty()) ||
                       leads_to_broker(listening_, hosts_->at(host).ready->launcher_address);
  if (has_way) return let_in(host);
  awaiting_way_.push_back({host, false});
  ask_for_way(awaiting_way_.back());
}

void Launcher::ask_for_way(const AwaitedWay& way) {
  const auto& network = options_.hosts.network;
  const auto where = listening_place(network, {hosts_->at(way.host).ready->launcher_address}, way.is_second_try);
  broker_->send(control::Listen{where, network.ports.first, network.ports.last});
}

void Launcher::on_way(const Result<std::string>& address) {
  if (awaiting_way_.empty()) return;
  auto way = awaiting_way_.front();
  awaiting_way_.pop_front();
  if (address) {
    if (listening_.empty()) warn_if_open(*address);
    listening_ = *address;
    return let_in(way.host);
  }
  if (options_.hosts.network.where.empty() && !std::exchange(way.is_second_try, true)) {
    awaiting_way_.push_back(way);
    return ask_for_way(way);
  }
  turn_away(way.host, address.failure().message);
}

void Launcher::warn_if_open(const std::string& address) {
  if (options_.hosts.network.is_encrypted) return;
  log_.warn("--insecure: what the hosts say is not encrypted, and whoever reaches " + address +
            " can run programs in your name on all of them.");
}

void Launcher::let_in(std::size_t host) {
  const auto& joining = hosts_->at(host);
  const auto cores = joining.is_remote ? joining.ready->cores : usable_cpus();
  const auto place = add_host(plan_, {joining.name(), joining.requested.workers, cores, host, joining.number});
  if (const auto fits = fit_into_limits(plan_.workers()); !fits) {
    plan_.hosts.pop_back();
    return turn_away(host, fits.failure().message);
  }
  run_.pool_size = plan_.workers();
  log_.info(joining.name() + " joins with " + std::to_string(plan_.hosts[place].workers) + " worker(s).");
  supervisor_.begin(plan_);
  hosts_->send(host, order(place));
  run_log_.set_hosts(hosts_taking_part());
}

void Launcher::turn_away(std::size_t host, const std::string& why) {
  log_.warn(hosts_->at(host).name() + ": " + why);
  tell_waiting(host, hosts_->at(host).name() + ": " + why, true);
  hosts_->send(host, control::StopHost{0, 0});
}

}  // namespace scoop
