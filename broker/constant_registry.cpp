#include "broker/constant_registry.hpp"

#include <algorithm>

namespace scoop {

namespace {

void add_host(ConstantFound& found, std::uint16_t host) {
  if (std::ranges::find(found.hosts, host) == found.hosts.end()) found.hosts.push_back(host);
}

}  // namespace

ConstantRegistry::Answers ConstantRegistry::on_set(WorkerId from, const SetConstant& constant) {
  auto& found = found_.try_emplace(constant.name, ConstantFound{constant, {}}).first->second;
  if (found.constant.hash == constant.hash) add_host(found, from.host);
  Answers answers{{from, found}};
  if (const auto waiting = waiting_.extract(constant.name)) {
    for (const auto worker : waiting.mapped()) answers.emplace_back(worker, found);
  }
  return answers;
}

ConstantRegistry::Answers ConstantRegistry::on_find(WorkerId from, const std::string& name) {
  if (const auto found = found_.find(name); found != found_.end()) return {{from, found->second}};
  auto& waiting = waiting_[name];
  if (std::ranges::find(waiting, from) == waiting.end()) waiting.push_back(from);
  return {};
}

void ConstantRegistry::on_held(WorkerId from, const std::string& name) {
  if (const auto found = found_.find(name); found != found_.end()) add_host(found->second, from.host);
}

void ConstantRegistry::on_lost(WorkerId worker) {
  for (auto& [name, waiting] : waiting_) std::erase(waiting, worker);
  std::erase_if(waiting_, [](const auto& entry) { return entry.second.empty(); });
}

std::vector<ConstantFound> ConstantRegistry::leaving(const std::set<std::uint16_t>& leaving_hosts,
                                                     const std::set<std::uint16_t>& staying_hosts) const {
  const auto in = [](const std::set<std::uint16_t>& hosts) {
    return [&hosts](std::uint16_t host) { return hosts.contains(host); };
  };
  std::vector<ConstantFound> found;
  for (const auto& [name, constant] : found_) {
    if (std::ranges::any_of(constant.hosts, in(leaving_hosts)) &&
        std::ranges::none_of(constant.hosts, in(staying_hosts))) {
      found.push_back(constant);
    }
  }
  return found;
}

}  // namespace scoop
