#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/protocol/message.hpp"

namespace scoop {

/// Which shared constants there are: names, what tells their bytes apart, and the hosts whose daemons hold them. The
/// bytes never come here.
///
/// The first one that sets a name decides, for the whole run: what lives on after a host was lost is still that value.
class ConstantRegistry {
 public:
  /// Whom to tell what, in this order.
  using Answers = std::vector<std::pair<WorkerId, ConstantFound>>;

  Answers on_set(WorkerId from, const SetConstant& constant);
  /// No answer yet where nobody has set it; it comes with on_set.
  Answers on_find(WorkerId from, const std::string& name);
  void on_held(WorkerId from, const std::string& name);
  void on_lost(WorkerId worker);

  /// Those that a leaving host holds, and none that stays.
  std::vector<ConstantFound> leaving(const std::set<std::uint16_t>& leaving_hosts,
                                     const std::set<std::uint16_t>& staying_hosts) const;

 private:
  std::map<std::string, ConstantFound> found_;
  std::map<std::string, std::vector<WorkerId>> waiting_;
};

}  // namespace scoop
