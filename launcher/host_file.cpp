#include "launcher/host_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "launcher/node_list.hpp"
#include "launcher/quantity.hpp"
#include "launcher/quoted.hpp"

namespace scoop {
namespace {

constexpr std::size_t most_hosts = 65535;      // a host's number has 16 bits
constexpr std::uint64_t most_workers = 65535;  // and so has a slot's
constexpr std::size_t most_line_bytes = 4096;
constexpr std::size_t most_file_bytes = 16u << 20;  // it may be a device that never ends
constexpr auto none = std::string_view::npos;
constexpr std::string_view blanks = " \t";

Failure expected(const std::string& what, std::string_view given) { return {what + ", got " + quoted(given)}; }

Failure at(const std::string& where, const Failure& failure) { return {where + ": " + failure.message}; }

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!(text = trimmed(text)).empty()) {
    words.push_back(text.substr(0, text.find_first_of(blanks)));
    text.remove_prefix(words.back().size());
  }
  return words;
}

/// Only the commas outside of brackets divide.
std::vector<std::string_view> split_list(std::string_view list) {
  std::vector<std::string_view> items;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == '[') ++depth;
    if (list[i] == ']') --depth;
    if (list[i] != ',' || depth > 0) continue;
    items.push_back(list.substr(begin, i - begin));
    begin = i + 1;
  }
  items.push_back(list.substr(begin));
  return items;
}

/// The bracket that closes the first one.
std::size_t closing_bracket(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') ++depth;
    if (text[i] == ']' && --depth == 0) return i;
  }
  return none;
}

Status check_text(std::string_view text) {
  if (text.size() > most_line_bytes) {
    return expected("an entry has at most " + std::to_string(most_line_bytes) + " characters",
                    std::to_string(text.size()));
  }
  const auto is_control = [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), is_control)) return expected("control characters have no place here", text);
  return success();
}

Result<std::uint16_t> read_port(std::string_view text, std::string_view word) {
  const auto number = parse_count(text);
  if (!number || *number < 1 || *number > 65535) return expected("a port is a number from 1 to 65535", word);
  return static_cast<std::uint16_t>(*number);
}

Result<std::uint16_t> read_workers(std::string_view text, std::string_view word, const std::string& example) {
  const auto number = parse_count(text);
  if (!number || *number < 1 || *number > most_workers) {
    return expected(
        "a number of workers from 1 to " + std::to_string(most_workers) + " is expected behind the host, " + example,
        word);
  }
  return static_cast<std::uint16_t>(*number);
}

Result<std::string> read_text(const std::string& path) {
  const auto unreadable = [&path] { return Failure{path + " cannot be read: " + std::strerror(errno)}; };
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return unreadable();
  std::string text(4096, '\0');
  std::size_t size = 0;
  while (file.read(text.data() + size, static_cast<std::streamsize>(text.size() - size)), file.gcount() > 0) {
    size += static_cast<std::size_t>(file.gcount());
    if (size > most_file_bytes) return Failure{path + " is too large for a list of hosts: 16 MiB are the limit"};
    if (size == text.size()) text.resize(2 * size);
  }
  if (file.bad()) return unreadable();
  text.resize(size);
  return text;
}

}  // namespace

std::string to_string(const RequestedHost& host) {
  auto text = host.user.empty() ? "" : host.user + "@";
  if (!host.port) return text + host.name;
  text += host.name.find(':') == none ? host.name : "[" + host.name + "]";
  return text + ":" + std::to_string(*host.port);
}

/// `user@name` or `user@[name]`, taken apart from what stands behind it.
struct HostList::Target {
  std::string_view user;
  std::string_view name;  // may be a node list
  bool has_brackets = false;
  std::string_view behind;  // empty, or begins with a colon
};

Result<HostList::Target> HostList::read_target(std::string_view word) {
  Target target;
  target.name = word;
  if (const auto sign = word.rfind('@'); sign != none) {
    target.user = word.substr(0, sign);
    target.name = word.substr(sign + 1);
    if (target.user.empty()) return expected("a user's name is expected before the @", word);
  }
  target.has_brackets = !target.name.empty() && target.name[0] == '[';
  const auto end = target.has_brackets ? closing_bracket(target.name) : target.name.find(':');
  if (target.has_brackets) {
    if (end == none) return expected("an address ends with ], as in [::1]:2222", word);
    target.behind = target.name.substr(end + 1);
    target.name = target.name.substr(1, end - 1);
    if (!target.behind.empty() && target.behind[0] != ':') {
      return expected("only a port goes behind ], as in [::1]:2222", word);
    }
  } else if (end != none) {
    target.behind = target.name.substr(end);
    target.name = target.name.substr(0, end);
    if (target.behind.find(':', 1) != none) {
      return expected("an IPv6 address stands in brackets, as in [::1] or [::1]:2222", word);
    }
  }
  if (target.name.empty()) return expected("a host's name is expected", word);
  if (target.name.find_first_not_of("0123456789") == none) {
    return expected("a host's name is expected, which is no number", word);
  }
  // ssh would take it for an option, and options run programs.
  if (word[0] == '-' || target.name[0] == '-') return expected("a host's name does not begin with -", word);
  return target;
}

Status HostList::add_hosts(const std::string& value) {
  std::error_code ignored;
  const auto kind = std::filesystem::status(value, ignored).type();
  using std::filesystem::file_type;
  const bool is_file = kind != file_type::none && kind != file_type::not_found && kind != file_type::directory;
  const bool is_meant_as_file = value.find('/') != std::string::npos || value.ends_with(".txt");
  return is_file || is_meant_as_file ? add_file(value) : add_list(value, "--hosts");
}

Status HostList::add_file(const std::string& path) {
  const auto text = read_text(path);
  return text ? add_file_text(*text, path) : text.failure();
}

Status HostList::add_file_text(std::string_view text, const std::string& file) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // some editors' mark of UTF-8
  const auto mentions = mentions_;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (const auto added = add_line(line); !added) return at(file + ":" + std::to_string(number), added.failure());
  }
  if (mentions_ > mentions) return success();
  return Failure{file + ": no host is named; write one a line, as in node7 or node7 4"};
}

Status HostList::add_list(std::string_view list, const std::string& option) {
  for (const auto item : split_list(list)) {
    if (const auto added = add_item(trimmed(item)); !added) return at(option, added.failure());
  }
  return success();
}

Status HostList::add_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  line = line.substr(0, line.find('#'));
  if (const auto checked = check_text(line); !checked) return checked;
  const auto words = split_words(line);
  if (words.empty()) return success();
  if (words.size() > 2) return expected("nothing is expected behind the number of workers", words[2]);

  const auto target = read_target(words[0]);
  if (!target) return target.failure();
  std::optional<std::uint16_t> port;
  if (!target->behind.empty()) {
    const auto number = read_port(target->behind.substr(1), words[0]);
    if (!number) return number.failure();
    port = *number;
  }
  std::optional<std::uint16_t> workers;
  if (words.size() == 2) {
    const auto text = words[1].starts_with("slots=") ? words[1].substr(6) : words[1];
    const auto number = read_workers(text, words[1], "as in node7 4 or node7 slots=4");
    if (!number) return number.failure();
    workers = *number;
  }
  return add_target(*target, port, workers);
}

Status HostList::add_item(std::string_view item) {
  if (const auto checked = check_text(item); !checked) return checked;
  if (item.find_first_of(blanks) != none) return expected("a comma goes between two hosts", item);
  const auto target = read_target(item);
  if (!target) return target.failure();
  auto behind = target->behind;
  std::optional<std::uint16_t> port;
  if (target->has_brackets && !behind.empty()) {
    const auto colon = behind.find(':', 1);
    const auto number = read_port(behind.substr(1, colon == none ? none : colon - 1), item);
    if (!number) return number.failure();
    port = *number;
    behind = colon == none ? std::string_view() : behind.substr(colon);
  }
  std::optional<std::uint16_t> workers;
  if (!behind.empty()) {
    const auto number = read_workers(behind.substr(1), item, "as in node7:4");
    if (!number) return number.failure();
    workers = *number;
  }
  return add_target(*target, port, workers);
}

Status HostList::add_target(const Target& target, std::optional<std::uint16_t> port,
                            std::optional<std::uint16_t> workers) {
  auto names = expand_node_list(target.name);
  if (!names) return names.failure();
  for (auto& name : *names) {
    if (const auto added = add({std::move(name), std::string(target.user), port, workers}); !added) return added;
  }
  return success();
}

Status HostList::add(RequestedHost host) {
  ++mentions_;
  const auto [place, is_new] = indices_.try_emplace({host.name, host.user, host.port}, hosts_.size());
  if (is_new) {
    if (hosts_.size() == most_hosts) return Failure{"a run has at most " + std::to_string(most_hosts) + " hosts"};
    hosts_.push_back(std::move(host));
    return success();
  }
  auto& known = hosts_[place->second];
  const std::uint64_t sum = std::uint64_t{known.workers.value_or(1)} + host.workers.value_or(1);
  if (sum > most_workers) {
    return expected("a host has at most " + std::to_string(most_workers) + " workers",
                    std::to_string(sum) + " for " + to_string(host));
  }
  known.workers = static_cast<std::uint16_t>(sum);
  return success();
}

}  // namespace scoop
