#include "launcher/node_list.hpp"

#include <cstdint>

#include "launcher/quantity.hpp"
#include "launcher/quoted.hpp"

namespace scoop {
namespace {

using Names = std::vector<std::string>;

constexpr std::size_t most_names = 10'000;  // beyond it, somebody has mistyped
constexpr std::size_t most_digits = 20;

Failure expected(const std::string& what, std::string_view given) { return {what + ", got " + quoted(given)}; }

/// "7", "1-4" or "01-12" as texts, appended; `pattern` is for messages.
Status append_range(std::string_view range, std::string_view pattern, Names& numbers) {
  const auto dash = range.find('-');
  const auto low_text = range.substr(0, dash);
  const auto low = parse_count(low_text);
  const auto high = dash == std::string_view::npos ? low : parse_count(range.substr(dash + 1));
  if (!low || !high || low_text.size() > most_digits) {
    return expected("a node list holds numbers and ranges, as in n[1-4,7]", pattern);
  }
  if (*high < *low) return expected("a range goes upwards, as in n[1-4]", pattern);
  if (*high - *low >= most_names - numbers.size()) {
    return expected("a node list names at most " + std::to_string(most_names) + " hosts", pattern);
  }
  for (auto number = *low;; ++number) {
    auto text = std::to_string(number);
    if (text.size() < low_text.size()) text.insert(0, low_text.size() - text.size(), '0');
    numbers.push_back(std::move(text));
    if (number == *high) return success();
  }
}

/// What stands between two brackets.
Result<Names> read_numbers(std::string_view text, std::string_view pattern) {
  Names numbers;
  while (true) {
    const auto comma = text.find(',');
    if (const auto read = append_range(text.substr(0, comma), pattern, numbers); !read) return read.failure();
    if (comma == std::string_view::npos) return numbers;
    text.remove_prefix(comma + 1);
  }
}

/// Every name followed by every ending.
Names combine(const Names& names, const Names& endings) {
  Names result;
  result.reserve(names.size() * endings.size());
  for (const auto& name : names) {
    for (const auto& ending : endings) result.push_back(name + ending);
  }
  return result;
}

}  // namespace

Result<Names> expand_node_list(std::string_view pattern) {
  Names names{""};
  for (auto rest = pattern; !rest.empty();) {
    const auto open = rest.find('[');
    const auto plain = rest.substr(0, open);
    if (plain.find(']') != std::string_view::npos) {
      return expected("a node list begins with [, as in n[1-4,7]", pattern);
    }
    names = combine(names, {std::string(plain)});
    if (open == std::string_view::npos) break;
    const auto close = rest.find(']', open);
    if (close == std::string_view::npos) return expected("a node list ends with ], as in n[1-4,7]", pattern);
    const auto numbers = read_numbers(rest.substr(open + 1, close - open - 1), pattern);
    if (!numbers) return numbers.failure();
    if (names.size() * numbers->size() > most_names) {
      return expected("a node list names at most " + std::to_string(most_names) + " hosts", pattern);
    }
    names = combine(names, *numbers);
    rest.remove_prefix(close + 1);
  }
  return names;
}

}  // namespace scoop
