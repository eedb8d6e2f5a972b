#include "launcher/log_line.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace scoop {
namespace {

constexpr std::string_view no_word = "\"\"";
constexpr std::string_view word_ends = " \t\"";

constexpr std::array<std::string_view, 6> level_names{"trace", "debug", "info", "warn", "error", "critical"};

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

std::string escaped_word(std::string_view word) {
  return word.empty() ? std::string(no_word) : escaped(word, word_ends);
}

std::optional<std::string> unescaped_word(std::string_view text) {
  return text == no_word ? std::string() : unescaped(text);
}

/// Takes what stands before the next blank off the front.
std::string_view take_word(std::string_view& rest) {
  const auto end = std::min(rest.find(' '), rest.size());
  const auto word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

}  // namespace

std::string time_text(SystemTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t since_1970 = second.time_since_epoch().count();
  std::tm utc{};
  ::gmtime_r(&since_1970, &utc);
  std::array<char, 96> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", utc.tm_year + 1900, utc.tm_mon + 1,
                    utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, static_cast<int>((time - second).count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<SystemTime> parse_time(std::string_view text) {
  std::tm utc{};
  int microseconds = 0;
  int end = 0;
  const std::string copy(text);
  if (std::sscanf(copy.c_str(), "%d-%2d-%2dT%2d:%2d:%2d.%6dZ%n", &utc.tm_year, &utc.tm_mon, &utc.tm_mday, &utc.tm_hour,
                  &utc.tm_min, &utc.tm_sec, &microseconds, &end) != 7 ||
      static_cast<std::size_t>(end) != copy.size()) {
    return std::nullopt;
  }
  utc.tm_year -= 1900;
  utc.tm_mon -= 1;
  return SystemTime(std::chrono::seconds(::timegm(&utc)) + std::chrono::microseconds(microseconds));
}

std::string_view level_text(LogLevel level) {
  const auto number = std::clamp(static_cast<int>(level), 0, static_cast<int>(level_names.size()) - 1);
  return level_names[static_cast<std::size_t>(number)];
}

std::optional<LogLevel> parse_level(std::string_view text) {
  const auto* const found = std::ranges::find(level_names, text);
  if (found == level_names.end()) return std::nullopt;
  return static_cast<LogLevel>(found - level_names.begin());
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      result += text[i];
      continue;
    }
    const char kind = ++i < text.size() ? text[i] : '\0';
    if (kind == '\\') {
      result += '\\';
    } else if (kind == 'n') {
      result += '\n';
    } else if (kind == 'r') {
      result += '\r';
    } else if (kind == 'x' && i + 2 < text.size()) {
      const auto high = hex_digit(text[++i]);
      const auto low = hex_digit(text[++i]);
      if (!high || !low) return std::nullopt;
      result += static_cast<char>(*high << 4 | *low);
    } else {
      return std::nullopt;
    }
  }
  return result;
}

std::string join_words(const std::vector<std::string>& words) {
  std::string result;
  for (const auto& word : words) result += (result.empty() ? "" : " ") + escaped_word(word);
  return result;
}

std::optional<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    auto word = unescaped_word(take_word(text));
    if (!word) return std::nullopt;
    words.push_back(*std::move(word));
  }
  return words;
}

std::string record_line(const LogRecord& record) {
  std::string line = time_text(std::chrono::floor<std::chrono::microseconds>(record.time));
  line += ' ';
  line += level_text(record.level);
  line += ' ';
  line += escaped_word(record.name);
  line += ' ';
  line += escaped(record.text);
  line += '\n';
  return line;
}

std::optional<LogRecord> parse_record(std::string_view line) {
  const auto time = parse_time(take_word(line));
  const auto level = parse_level(take_word(line));
  auto name = unescaped_word(take_word(line));
  auto text = unescaped(line);
  if (!time || !level || !name || !text) return std::nullopt;
  return LogRecord{*time, *level, *std::move(name), *std::move(text)};
}

}  // namespace scoop
