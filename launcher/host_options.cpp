#include "launcher/host_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "launcher/prolog_file.hpp"
#include "launcher/quantity.hpp"

namespace scoop {
namespace {

constexpr int highest_nice = 19;

Failure wrong(const std::string& option, const std::string& right, const std::string& given) {
  return {option + " needs " + right + ", got \"" + given + "\""};
}

Result<PortRange> read_ports(const std::string& text) {
  const auto dash = text.find('-');
  const auto first = parse_count(text.substr(0, dash));
  const auto last = dash == std::string::npos ? first : parse_count(text.substr(dash + 1));
  if (!first || !last || *first < 1 || *last > 65535 || *first > *last) {
    return wrong("--port", "a port or a range of ports, as in 5000 or 5000-5010", text);
  }
  return PortRange{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

/// Goes to other hosts without being asked for.
bool travels(std::string_view variable) {
  constexpr std::array<std::string_view, 4> beginnings{"OMP_", "LC_", "TZ=", "SCOOP_"};
  return std::ranges::any_of(beginnings, [&](auto beginning) { return variable.starts_with(beginning); });
}

Result<std::string> read_variable(const std::string& given, const std::vector<std::string>& own) {
  const auto name = given.substr(0, given.find('='));
  if (name.empty()) return wrong("--env", "NAME or NAME=value", given);
  if (name.size() < given.size()) return given;
  const auto found = std::ranges::find_if(own, [&](const auto& entry) { return entry.starts_with(name + "="); });
  if (found != own.end()) return *found;
  return Failure{"--env " + name + ": " + name + " is not set here; give its value, as in --env " + name + "=1"};
}

bool looks_like_program(std::string_view word) {
  return word.find('/') != std::string_view::npos || word.ends_with(".so") || word.ends_with(".cpp");
}

/// The option at the beginning of a word, if its value is the next word.
bool takes_next_word(const CLI::App& app, const std::string& word) {
  const auto* option = app.get_option_no_throw(word);
  if (option != nullptr) return option->get_items_expected_max() > 0;
  return false;
}

}  // namespace

void HostOptionReader::declare(CLI::App& app) {
  const auto usual_group = app.option_defaults()->get_group();
  app.option_defaults()->group("Hosts");
  const auto add = [&app](const std::string& name, auto& value, const std::string& text, const std::string& type) {
    return app.add_option(name, value, text)->type_name(type);
  };
  const auto again = [](CLI::Option* option) {
    option->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  again(add("--hosts", hosts_, "Run on these hosts, by ssh: a file with one a line, or a,b:4,user@c", "HOSTS"));
  again(add("--hostfile", host_files_, "The same, always a file", "FILE"));
  add("--host", host_list_, "The same, as words: --host a b", "HOST...");
  add("--ssh-executable", ssh_executable_, "The ssh to use (default: ssh)", "PROGRAM");
  add("--connect-timeout", connect_timeout_, "How long a host may take to come (default: 30s)", "TIME");
  app.add_flag("--require-all", require_all_, "Do not run unless all hosts come");
  app.add_flag("--check", check_, "Do all but run main: say of each host whether it is fit");
  add("--port", port_, "Port, or range of ports, for the hosts to reach this one (default: any)", "PORT");
  add("--address", address_, "Address of this machine under which the hosts reach it", "ADDRESS");
  add("--interface", interface_, "The same, as the name of its interface", "NAME");
  app.add_flag("--insecure", insecure_, "Do not encrypt, and let everybody in who reaches the port");
  add("--prefix", prefix_, "Use the installation in DIR of the hosts, instead of sending one", "DIR");
  add("--path", path_, "Working folder on the hosts (default: this one, else home)", "DIR");
  add("--prolog", prolog_, "Shell script to run on each host before its workers, in their environment", "FILE");
  again(add("--env", environment_, "Set NAME for the workers, to its value here or to VALUE", "NAME[=VALUE]"));
  add("--nice", nice_, "Priority of the workers, from 0 to 19, the lowest", "N");
  app.add_flag("--tag-output", tag_output_, "Begin each line that a worker writes with its name");
  app.option_defaults()->group(usual_group);
}

Result<HostOptions> HostOptionReader::read(const std::vector<std::string>& own) const {
  HostOptions options;
  HostList list;
  for (const auto& hosts : hosts_) {
    if (const auto added = list.add_hosts(hosts); !added) return added.failure();
  }
  for (const auto& file : host_files_) {
    if (const auto added = list.add_file(file); !added) return added.failure();
  }
  if (!host_list_.empty()) {
    if (const auto added = list.add_list(host_list_, "--host"); !added) return added.failure();
  }
  options.hosts = list.hosts();
  if (options.hosts.empty() && (!hosts_.empty() || !host_files_.empty())) {
    return Failure{(hosts_.empty() ? host_files_ : hosts_).front() + " names no host; write one a line"};
  }

  if (!ssh_executable_.empty()) options.ssh.executable = ssh_executable_;
  if (!connect_timeout_.empty()) {
    const auto time = parse_duration(connect_timeout_);
    if (!time || *time < std::chrono::seconds(1)) {
      return wrong("--connect-timeout", "a time of at least 1s, as in 10s or 2m", connect_timeout_);
    }
    options.ssh.start_limit = *time;
  }
  if (!address_.empty() && !interface_.empty()) {
    return Failure{"--address and --interface say the same thing: give one of them"};
  }
  options.network.where = address_.empty() ? interface_ : address_;
  options.network.is_encrypted = !insecure_;
  if (!port_.empty()) {
    const auto ports = read_ports(port_);
    if (!ports) return ports.failure();
    options.network.ports = *ports;
  }
  if (!nice_.empty()) {
    const auto nice = parse_count(nice_);
    if (!nice || *nice > highest_nice) return wrong("--nice", "a number from 0 to 19", nice_);
    options.nice = static_cast<int>(*nice);
  }
  if (!prolog_.empty()) {
    auto prolog = read_prolog(prolog_);
    if (!prolog) return prolog.failure();
    options.prolog = *std::move(prolog);
  }
  if (!prefix_.empty() && prefix_.front() != '/') return wrong("--prefix", "a path from the root", prefix_);

  for (const auto& variable : own) {
    if (!options.hosts.empty() && travels(variable)) options.environment.push_back(variable);
  }
  for (const auto& given : environment_) {
    auto variable = read_variable(given, own);
    if (!variable) return variable.failure();
    options.environment.push_back(*std::move(variable));
  }
  options.prefix = prefix_;
  options.path = path_;
  options.require_all = require_all_;
  options.check_only = check_;
  options.tags_output = tag_output_;
  return options;
}

std::vector<std::string> join_host_words(const CLI::App& app, const std::vector<std::string>& words) {
  std::vector<std::string> result;
  std::size_t i = 0;
  const auto is_option = [](const std::string& word) { return word.size() > 1 && word[0] == '-'; };
  while (i < words.size() && is_option(words[i]) && words[i] != "--") {
    const auto option = words[i];
    result.push_back(words[i++]);
    if (!takes_next_word(app, option) || i == words.size()) continue;
    result.push_back(words[i++]);
    if (option != "--host") continue;
    for (; i < words.size() && !is_option(words[i]) && !looks_like_program(words[i]); ++i) {
      result.back() += "," + words[i];
    }
  }
  result.insert(result.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
  return result;
}

bool is_this_machine(const RequestedHost& host, const std::string& own_name) {
  if (!host.user.empty() || host.port) return false;
  const auto short_name = own_name.substr(0, own_name.find('.'));
  const std::array<std::string_view, 5> names{"localhost", "127.0.0.1", "::1", own_name, short_name};
  return std::ranges::find(names, host.name) != names.end();
}

}  // namespace scoop
