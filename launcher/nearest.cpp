#include "launcher/nearest.hpp"

#include <algorithm>
#include <numeric>

namespace scoop {

std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const auto changed = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string nearest(std::string_view unknown, const std::vector<std::string>& known) {
  const auto distance = [&](const std::string& name) {
    // Who wrote a beginning probably meant that one.
    return name.starts_with(unknown) ? 0 : edit_distance(unknown, name);
  };
  const auto found = std::ranges::min_element(known, {}, distance);
  return found == known.end() ? std::string() : *found;
}

}  // namespace scoop
