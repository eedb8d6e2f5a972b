#include "launcher/network.hpp"

#include <algorithm>

namespace scoop {
namespace {

constexpr std::string_view all_of_v4 = "tcp://0.0.0.0:";
constexpr std::string_view all_of_v6 = "tcp://[::]:";

bool is_v6(const std::string& address) { return address.find(':') != std::string::npos; }

/// Without the port.
std::string address_of(const std::string& host) { return "tcp://" + (is_v6(host) ? "[" + host + "]" : host) + ":"; }

}  // namespace

// "::" takes IPv4 as well, but is not there where IPv6 is switched off.
std::string listening_place(const NetworkSettings& network, const std::vector<std::string>& known_as, bool second_try) {
  if (!network.where.empty()) return network.where;
  const bool is_one = std::ranges::adjacent_find(known_as, std::not_equal_to()) == known_as.end();
  if (is_one && !known_as.empty() && !second_try) return known_as.front();
  return std::ranges::any_of(known_as, is_v6) ? "::" : "0.0.0.0";
}

std::string endpoint_for(const std::string& listening, const std::string& known_as) {
  for (const auto all : {all_of_v4, all_of_v6}) {
    if (!listening.starts_with(all)) continue;
    return address_of(known_as) + listening.substr(all.size());
  }
  return listening;
}

bool leads_to_broker(const std::string& listening, const std::string& known_as) {
  const bool is_everywhere = listening.starts_with(all_of_v6) || (listening.starts_with(all_of_v4) && !is_v6(known_as));
  return is_everywhere || listening.starts_with(address_of(known_as));
}

}  // namespace scoop
