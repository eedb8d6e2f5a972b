#include "launcher/check.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace scoop {
namespace {

constexpr const char* unknown = "-";

const std::vector<std::string> headings{"host",   "state", "machine", "glibc", "cores", "workers",
                                        "memory", "free",  "sent",    "clock", "port",  "plugin"};

/// Characters, not bytes.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) { return (byte & 0xC0) != 0x80; }));
}

std::string join_columns(const std::vector<std::vector<std::string>>& lines) {
  std::vector<std::size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    // What is wrong stands last, and may be long.
    for (std::size_t i = 0; i < headings.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 < line.size()) text.append(widths[i] - width(line[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

}  // namespace

Check::Check(const std::vector<RequestedHost>& hosts, Duration limit) : limit_(limit) {
  for (const auto& host : hosts) findings_.push_back({.name = to_string(host)});
}

void Check::on_lost(std::size_t host, const std::string& reason) {
  auto& finding = findings_.at(host);
  if (!finding.checked && finding.problem.empty()) settle(finding, reason);
}

void Check::begin(std::size_t host, const HostToCheck& asked, TimePoint now, std::int64_t time_us) {
  auto& finding = findings_.at(host);
  if (!finding.problem.empty()) return;  // gone meanwhile
  finding.asked = asked;
  finding.asked_us = time_us;
  finding.due = now + limit_;
}

void Check::on_message(std::size_t host, const control::FromDaemon& message, std::int64_t time_us) {
  auto& finding = findings_.at(host);
  if (finding.due == never) return;
  if (const auto* facts = std::get_if<control::HostReady>(&message)) {
    finding.facts = *facts;
    const auto error_us = (time_us - finding.asked_us) / 2;
    finding.offset = {facts->time_us - (finding.asked_us + error_us), error_us};
  } else if (const auto* checked = std::get_if<control::Checked>(&message)) {
    finding.checked = *checked;
    settle(finding, "");
  } else if (const auto* failed = std::get_if<control::StartFailed>(&message)) {
    settle(finding, failed->reason);
  } else if (const auto* ended = std::get_if<control::Ended>(&message)) {
    const auto& cause = ended->cause;
    settle(finding, "a worker " + std::string(cause.signal != 0 ? "was " : "") + cause.text +
                        " while it loaded the program; see what its static initialisers do");
  }
}

void Check::on_tick(TimePoint now) {
  for (auto& finding : findings_) {
    if (now < finding.due) continue;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(limit_).count();
    settle(finding, "a worker has not loaded the program within " + std::to_string(seconds) +
                        " s; see what its static initialisers do, or allow more with --connect-timeout");
  }
}

TimePoint Check::next_deadline() const {
  TimePoint earliest = never;
  for (const auto& finding : findings_) earliest = std::min(earliest, finding.due);
  return earliest;
}

bool Check::is_finished() const {
  return std::ranges::all_of(findings_, [](const Finding& finding) {
    return finding.due == never && (finding.checked || !finding.problem.empty());
  });
}

bool Check::are_all_fit() const {
  return std::ranges::all_of(findings_, [](const Finding& finding) { return problems_of(finding).empty(); });
}

std::string Check::table() const {
  std::vector<std::vector<std::string>> lines{headings};
  for (const auto& finding : findings_) {
    auto line = words_of(finding);
    if (auto problems = problems_of(finding); !problems.empty()) line.push_back(std::move(problems));
    lines.push_back(std::move(line));
  }
  return join_columns(lines);
}

void Check::settle(Finding& finding, const std::string& problem) {
  finding.problem = problem;
  finding.due = never;
}

std::string Check::problems_of(const Finding& finding) {
  auto text = finding.problem;
  if (!finding.checked) return text;
  for (const auto& found : {finding.checked->unreachable, finding.checked->unloadable}) {
    if (!found.empty()) text += (text.empty() ? "" : ". And ") + found;
  }
  return text;
}

std::vector<std::string> Check::words_of(const Finding& finding) {
  std::vector<std::string> words(headings.size(), unknown);
  words[0] = finding.name;
  words[1] = problems_of(finding).empty() ? "ok" : "bad";
  if (const auto& facts = finding.facts) {
    words[2] = facts->machine;
    words[3] = facts->glibc;
    words[4] = std::to_string(facts->cores);
    words[5] = std::to_string(finding.asked.workers);
    words[6] = describe_bytes(facts->memory_bytes);
    words[7] = describe_bytes(facts->free_bytes);
    words[8] = finding.asked.sent;
    words[9] = describe(finding.offset);
  }
  if (const auto& checked = finding.checked) {
    if (finding.asked.is_remote) words[10] = checked->unreachable.empty() ? "reached" : "unreached";
    words[11] = checked->unloadable.empty() ? "loads" : "fails";
  }
  return words;
}

/// "+0.2ms±0.1ms"
std::string Check::describe(const std::optional<Offset>& offset) {
  if (!offset) return unknown;
  constexpr std::int64_t shown_in_ms = 10'000'000;
  const bool is_small = std::abs(offset->us) < shown_in_ms;
  const double unit = is_small ? 1e3 : 1e6;
  const char* const name = is_small ? "ms" : "s";
  std::array<char, 80> text;
  std::snprintf(text.data(), text.size(), "%+.1f%s±%.1f%s", static_cast<double>(offset->us) / unit, name,
                static_cast<double>(offset->error_us) / unit, name);
  return text.data();
}

std::string describe_bytes(std::uint64_t bytes) {
  constexpr std::string_view units = "KMGT";
  if (bytes < 1024) return std::to_string(bytes);
  double amount = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; amount >= 1024 && unit + 1 < units.size(); ++unit) amount /= 1024;
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), amount < 10 ? "%.1f%c" : "%.0f%c", amount, units[unit]);
  return text.data();
}

}  // namespace scoop
