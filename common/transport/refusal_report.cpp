#include "common/transport/refusal_report.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace scoop {
namespace {

constexpr Duration delay = std::chrono::seconds(1);
constexpr Duration interval = std::chrono::seconds(10);

std::string sentence(std::uint64_t count, const std::string& last_address) {
  const std::string from = "from " + (last_address.empty() ? "an unknown address" : last_address);
  const std::string who = count == 1 ? "A connection " + from + " was refused"
                                     : std::to_string(count) + " connections were refused, the last " + from;
  return who + ": it did not prove to be of this run. A stranger, or another run, who got nothing; this run goes on.";
}

}  // namespace

std::optional<std::string> RefusalReport::take(const RefusedPeers& refused, TimePoint now) {
  if (refused.count == reported_) return std::nullopt;
  if (due_ == never) due_ = std::max(now + delay, not_before_);
  if (now < due_) return std::nullopt;
  due_ = never;
  not_before_ = now + interval;
  const std::uint64_t count = refused.count - std::exchange(reported_, refused.count);
  return sentence(count, refused.last_address);
}

}  // namespace scoop
