#include "common/progress/progress_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace scoop {
namespace {

constexpr std::string_view dots = "...";
// A label that is cut keeps so much; below it, the numbers are cut as well.
constexpr std::size_t least_label = 8;

std::size_t bytes_of_first(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text[0]);
  const std::size_t said = byte >= 0xf0 && byte < 0xf8 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
  if (byte >= 0xf8 || said > text.size()) return 1;
  const auto follows = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  return std::ranges::all_of(text.substr(1, said - 1), follows) ? said : 1;
}

/// As much as fits.
std::string_view beginning(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  for (; columns > 0 && end < text.size(); --columns) end += bytes_of_first(text.substr(end));
  return text.substr(0, end);
}

std::string printed(const char* format, double number) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, number);
  return text.data();
}

/// In few digits: "3.4", "340", "34k", "3.4M".
std::string short_number(double number) {
  constexpr std::array units{"", "k", "M", "G"};
  std::size_t unit = 0;
  for (; number >= 9999.5 && unit + 1 < units.size(); ++unit) number /= 1000;
  return printed(number < 9.95 ? "%.1f" : "%.0f", number) + units[unit];
}

std::string pair_text(std::int64_t big, const char* unit, std::int64_t small, const char* small_unit) {
  return std::to_string(big) + unit + (small > 0 ? " " + std::to_string(small) + small_unit : "");
}

double seconds_of(std::int64_t microseconds) { return static_cast<double>(microseconds) / 1e6; }

std::string counts(const control::MapProgress& map) {
  auto text = std::to_string(map.done);
  if (map.total > 0) text += "/" + std::to_string(map.total);
  // Of what is over at once, no rate is worth a word.
  if (map.done > 0 && map.elapsed_us >= 1000)
    text += ", " + rate_text(static_cast<double>(map.done) / seconds_of(map.elapsed_us));
  return text;
}

/// Empty where it is not known, and where it should be over by now.
std::string left_text(const control::MapProgress& map, Duration since) {
  if (map.done == 0 || map.done >= map.total) return {};
  const double each = seconds_of(map.elapsed_us) / static_cast<double>(map.done);
  const double left = each * static_cast<double>(map.total - map.done) - std::chrono::duration<double>(since).count();
  constexpr double ten_years = 10 * 365 * 86'400.0;
  if (left <= 0 || left > ten_years) return {};
  return ", " + duration_text(std::chrono::seconds(static_cast<std::int64_t>(std::ceil(left)))) + " left";
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (; !text.empty(); ++columns) text.remove_prefix(bytes_of_first(text));
  return columns;
}

std::string cut(std::string_view text, std::size_t columns) {
  if (text.size() <= columns || columns_of(text) <= columns) return std::string(text);
  if (columns <= dots.size()) return std::string(beginning(text, columns));
  return std::string(beginning(text, columns - dots.size())).append(dots);
}

std::string rate_text(double per_second) {
  if (per_second >= 0.95) return short_number(per_second) + "/s";
  if (per_second * 60 >= 0.95) return short_number(per_second * 60) + "/min";
  return short_number(per_second * 3600) + "/h";
}

std::string duration_text(std::chrono::seconds time) {
  const std::int64_t seconds = time.count();
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) return pair_text(seconds / 60, " min", seconds % 60, " s");
  if (seconds < 86'400) return pair_text(seconds / 3600, " h", seconds % 3600 / 60, " min");
  return pair_text(seconds / 86'400, " d", seconds % 86'400 / 3600, " h");
}

std::string running_text(const control::MapProgress& map, Duration since, std::size_t columns) {
  const auto numbers = " " + counts(map) + left_text(map, since);
  const auto room = columns > numbers.size() ? columns - numbers.size() : 0;
  if (room >= std::min(least_label, columns_of(map.label))) return cut(map.label, room) + numbers;
  return cut(map.label + numbers, columns);
}

std::string ended_text(const control::MapProgress& map) {
  const double seconds = seconds_of(map.elapsed_us);
  const auto time = seconds < 9.95
                        ? printed("%.1f s", seconds)
                        : duration_text(std::chrono::seconds(static_cast<std::int64_t>(std::lround(seconds))));
  return map.label + " " + counts(map) + ", " + time;
}

}  // namespace scoop
