#include "launcher/run_record.hpp"

#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

namespace scoop {
namespace {

std::string line(const std::string& key, const std::string& value) { return key + ": " + value + "\n"; }

/// `--env NAME=VALUE` may give a password, which must not stay here.
std::vector<std::string> without_values(std::vector<std::string> words) {
  bool is_variable = false;
  for (auto& word : words) {
    const bool has_it_all = word.starts_with("--env=");
    const auto equals = word.find('=', has_it_all ? 6 : 0);
    if ((is_variable || has_it_all) && equals != std::string::npos) word = word.substr(0, equals + 1) + "...";
    is_variable = word == "--env";
  }
  return words;
}

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<RunHost> parse_hosts(std::string_view text) {
  const auto words = split_words(text).value_or(std::vector<std::string>());
  std::vector<RunHost> hosts;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    hosts.push_back({words[i], parse_number<std::uint32_t>(words[i + 1]).value_or(0)});
  }
  return hosts;
}

std::optional<BrokerPlace> parse_broker(std::string_view text) {
  const auto blank = text.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const auto since = parse_time(text.substr(0, blank));
  const auto place = unescaped(text.substr(blank + 1));
  if (!since || !place) return std::nullopt;
  return BrokerPlace{*since, *place};
}

using Values = std::map<std::string, std::string, std::less<>>;

Values read_values(std::string_view text) {
  Values values;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    const auto one = text.substr(0, end);
    if (const auto colon = one.find(": "); colon != std::string_view::npos) {
      values[std::string(one.substr(0, colon))] = one.substr(colon + 2);
    }
    text.remove_prefix(end + 1);
  }
  return values;
}

}  // namespace

std::string begin_lines(const RunRecord& run) {
  return line("version", "1") + line("command", join_words(without_values(run.command))) +
         line("folder", escaped(run.folder)) + line("pid", std::to_string(run.pid)) +
         line("start", time_text(run.start));
}

std::string directory_line(const std::string& path) { return line("directory", escaped(path)); }

std::string hosts_line(const std::vector<RunHost>& hosts) {
  std::vector<std::string> words;
  for (const auto& host : hosts) words.insert(words.end(), {host.name, std::to_string(host.workers)});
  return line("hosts", join_words(words));
}

std::string broker_line(const BrokerPlace& broker) {
  return line("broker", time_text(broker.since) + " " + escaped(broker.place));
}

std::string end_lines(const RunEnd& end) {
  // The time last: whoever reads it finds the rest.
  return line("status", std::to_string(end.status)) + line("outcome", escaped(end.outcome)) +
         line("end", time_text(end.time));
}

std::optional<RunRecord> parse_run_record(std::string_view text) {
  auto values = read_values(text);
  const auto start = parse_time(values["start"]);
  if (values["version"] != "1" || !start) return std::nullopt;
  RunRecord run;
  run.start = *start;
  run.command = split_words(values["command"]).value_or(std::vector<std::string>());
  run.folder = unescaped(values["folder"]).value_or("");
  run.pid = parse_number<std::int64_t>(values["pid"]).value_or(0);
  run.directory = unescaped(values["directory"]).value_or("");
  run.hosts = parse_hosts(values["hosts"]);
  run.broker = parse_broker(values["broker"]);
  if (const auto end = parse_time(values["end"])) {
    run.end = RunEnd{*end, parse_number<int>(values["status"]).value_or(0), unescaped(values["outcome"]).value_or("")};
  }
  return run;
}

std::optional<RunRecord> read_run_record(const std::string& path) {
  std::ifstream file(path + "/run", std::ios::binary);
  return parse_run_record(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace scoop
