#include "launcher/quantity.hpp"

#include <charconv>

namespace scoop {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t size;
};

/// A number followed by one of the units, or by none where one of them is "".
template <std::size_t n>
std::optional<std::uint64_t> parse_with_unit(std::string_view text, const Unit (&units)[n]) {
  const auto digits = text.find_first_not_of("0123456789");
  const auto number = parse_count(text.substr(0, digits));
  const auto name = digits == std::string_view::npos ? std::string_view() : text.substr(digits);
  for (const auto& unit : units) {
    if (unit.name != name) continue;
    std::uint64_t result = 0;
    if (!number || __builtin_mul_overflow(*number, unit.size, &result)) return std::nullopt;
    return result;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  static constexpr Unit units[] = {{"", 1}, {"K", 1u << 10}, {"M", 1u << 20}, {"G", 1u << 30}};
  return parse_with_unit(text, units);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  static constexpr Unit units[] = {{"", 1000}, {"s", 1000}, {"ms", 1}, {"m", 60'000}};
  const auto value = parse_with_unit(text, units);
  if (!value || *value > 0xffff'ffff) return std::nullopt;  // 49 days: what a control message holds
  return std::chrono::milliseconds(*value);
}

std::optional<double> parse_fraction(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0 && value <= 1)) return std::nullopt;
  return value;
}

}  // namespace scoop
