#include "launcher/run_list.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "launcher/remote_command.hpp"

namespace scoop {
namespace {

constexpr std::size_t most_named_hosts = 2;
constexpr const char* between_columns = "  ";

using Columns = std::array<std::string, 6>;

std::string local_time(SystemTime time) {
  const std::time_t since_1970 = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm local{};
  ::localtime_r(&since_1970, &local);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local)};
}

std::string how_long(const ListedRun& run) {
  if (run.record.end) return duration_text(run.record.end->time - run.record.start);
  return run.is_alive ? "running" : "?";
}

std::string how_ended(const ListedRun& run) {
  const auto& end = run.record.end;
  if (!end) return run.is_alive ? "-" : "died";
  return end->outcome + (end->status == 0 ? "" : " " + std::to_string(end->status));
}

/// "3 workers on a, b"
std::string where(const std::vector<RunHost>& hosts) {
  std::uint64_t workers = 0;
  std::string names;
  for (const auto& host : hosts) {
    workers += host.workers;
    names += (names.empty() ? "" : ", ") + host.name;
  }
  if (hosts.empty()) return "no workers";
  if (hosts.size() > most_named_hosts) names = std::to_string(hosts.size()) + " hosts";
  return std::to_string(workers) + (workers == 1 ? " worker on " : " workers on ") + names;
}

Columns columns_of(const ListedRun& run) {
  return {run.id,         local_time(run.record.start),     how_long(run),
          how_ended(run), escaped(where(run.record.hosts)), escaped(quote_words(run.record.command))};
}

std::string unit_text(const char* form, long long first, long long second) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), form, first, second);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace

std::string duration_text(std::chrono::microseconds duration) {
  const long long seconds = std::chrono::floor<std::chrono::seconds>(duration).count();
  const long long hundredths = duration.count() / 10'000 % 100;
  if (seconds < 10) return unit_text("%lld.%02lld s", seconds, hundredths);
  if (seconds < 60) return unit_text("%lld.%01lld s", seconds, hundredths / 10);
  if (seconds < 3600) return unit_text("%lld min %02lld s", seconds / 60, seconds % 60);
  if (seconds < 86'400) return unit_text("%lld h %02lld min", seconds / 3600, seconds / 60 % 60);
  return unit_text("%lld d %02lld h", seconds / 86'400, seconds / 3600 % 24);
}

std::string list_lines(const std::vector<ListedRun>& runs) {
  std::vector<Columns> lines;
  std::array<std::size_t, std::tuple_size_v<Columns>> widths{};
  for (const auto& run : runs) {
    lines.push_back(columns_of(run));
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) widths[i] = std::max(widths[i], lines.back()[i].size());
  }
  std::string text;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 < line.size()) text += std::string(widths[i] - line[i].size(), ' ') + between_columns;
    }
    text += '\n';
  }
  return text;
}

}  // namespace scoop
