#include "launcher/ssh_failure.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "launcher/quoted.hpp"
#include "launcher/remote_command.hpp"

namespace scoop {
namespace {

// What ssh exits with where the failure is its own; everything else is the status of the command there.
constexpr int ssh_failed = 255;
constexpr int cannot_execute = 126;
constexpr int not_found = 127;
constexpr std::size_t shown_bytes = 200;

enum class Side { ssh, host };

/// What a telling line holds: `begin`, and `end` somewhere behind it.
struct Sign {
  std::string_view begin;
  std::string_view end = "";
};

/// One thing that goes wrong, and the lines that tell it.
struct Rule {
  Side side;
  Sign signs[6];  // those without a beginning are none
  std::string_view what;
  std::string_view cure;  // $login: the user's command to get there; $name: the host in ssh's files
  int status = 0;         // 0: any of this side
  bool is_worth_retry = false;
  bool has_cause_before = false;  // the line before tells why
};

constexpr std::string_view other_key =
    "if it was installed anew, forget the old key with ssh-keygen -R $name and log in once by hand: $login";
constexpr std::string_view accept_key = "log in once by hand and accept the key: $login";
constexpr std::string_view look_there = "check that the name is right, the machine on, and no firewall between";
constexpr std::string_view other_machine =
    "install SCOOP for it there and name it with --prefix, or leave the host out";
constexpr std::string_view no_programs =
    "set XDG_CACHE_HOME there to a folder on another file system, or install SCOOP there and name it with --prefix";

// The first that fits counts: what tells more stands first, and what ssh says after other failures too stands last.
constexpr Rule rules[] = {
    {Side::ssh,
     {{"Host key for ", " has changed and you have requested strict checking"}},
     "its host key is not the one that is known here",
     other_key},
    {Side::ssh,
     {{" host key for ", " was revoked and you have requested strict checking"}},
     "its host key is marked as revoked",
     "ask its administrator for the right one"},
    {Side::ssh, {{"No ", " host key is known for "}}, "its host key is not known here", accept_key},
    {Side::ssh, {{"Host key verification failed"}}, "its host key is not known here", accept_key},
    {Side::ssh,
     {{": Permission denied (", ")."}},
     "it does not let you in",
     "make this work without a password (ssh-copy-id, ssh-agent): $login"},
    {Side::ssh,
     {{"Too many authentication failures"}},
     "it does not let you in",
     "name the one right key in your ssh configuration (IdentityFile, IdentitiesOnly)"},
    {Side::ssh,
     {{"Could not resolve hostname "}},
     "no machine of this name is known",
     "correct the name, or add it to your ssh configuration"},
    {Side::ssh,
     {{"connect to host ", ": Connection refused"}},
     "no sshd listens there",
     "check host and port, or start sshd there"},
    {Side::ssh,
     {{"connect to host ", ": Connection timed out"}, {"connect to host ", ": Operation timed out"}},
     "it does not answer",
     look_there},
    {Side::ssh,
     {{"connect to host ", ": No route to host"}, {"connect to host ", ": Network is unreachable"}},
     "no way leads there",
     look_there},
    {Side::ssh,
     {{"timed out during banner exchange"}},
     "it takes connections, but its sshd does not answer",
     "see whether the machine is overloaded or frozen"},
    {Side::ssh,
     {{"Connection to ", " closed by remote host"},
      {"client_loop: "},
      {"Read from remote host "},
      {"Timeout, server ", " not responding"}},
     "the connection was lost",
     "the machine may be down or the network cut; see whether this works: $login"},
    {Side::ssh,
     {{"exchange_identification: ", "Connection closed by remote host"},
      {"exchange_identification: ", "Connection reset by peer"},
      {"exchange_identification: ", "Broken pipe"},
      {"connect to host ", ": Connection reset by peer"},
      {"Connection closed by ", " port "},
      {"Connection reset by ", " port "}},
     "it dropped the login",
     "raise MaxStartups in its sshd_config, or see whether it bans this machine",
     0,
     true},

    {Side::host,
     {{"version `GLIBC_", "' not found"}},
     "its C library is older than the programs need",
     "build SCOOP and the program on the oldest of the hosts, or leave the host out"},
    {Side::host,
     {{"failed to map segment from shared object"}},
     "programs may not run from there (noexec)",
     no_programs},
    {Side::host,
     {{"error while loading shared libraries: "}},
     "a library that the programs need is missing there",
     "install it there, or leave the host out"},
    {Side::host,
     {{"Exec format error"}, {"cannot execute binary file"}, {"scoop: the processor is "}},
     "it has another processor architecture",
     other_machine},
    {Side::host, {{"required file not found"}}, "it has another C library than glibc", other_machine},
    {Side::host,
     {{"No space left on device"}},
     "no space is left there",
     "free some there, or set XDG_CACHE_HOME there to a folder that has some"},
    {Side::host,
     {{"Disk quota exceeded"}},
     "no space is left there for you",
     "free some there, or set XDG_CACHE_HOME there to a folder that has some"},
    {Side::host,
     {{"Read-only file system"}},
     "nothing can be written there",
     "set XDG_CACHE_HOME there to a folder that can"},
    {Side::host,
     {{"mkdir: "}, {"chmod: "}},
     "no folder can be made for its cache",
     "set XDG_CACHE_HOME there to a folder that you may write to"},
    {Side::host,
     {{"scoop: the cache ", " is another user's"}},
     "others may change what lies in its cache",
     "set XDG_CACHE_HOME there to a folder of your own"},
    {Side::host,
     {{"scoop: the working folder ", " cannot be entered"}},
     "the folder to work in is not there",
     "make it there, or name another one with --path"},
    {Side::host,
     {{"scoop: there is no program "}},
     "nothing is installed where --prefix says",
     "install SCOOP there, or leave --prefix out"},
    {Side::host,
     {{"scoop: the prolog script ended "}},
     "its prolog ended before anything began",
     "let the script of --prolog come to its end",
     0,
     false,
     true},
    {Side::host,
     {{"scoop: what was sent has been cut off"}},
     "the connection was lost",
     "see whether this works: $login"},
    {Side::host, {{"Permission denied"}}, "programs may not run from there (noexec)", no_programs, cannot_execute},
    {Side::host,
     {{"not found"}, {"No such file or directory"}, {"Unknown command"}},
     "a command is missing there",
     "install it, or leave the host out",
     not_found},
};

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

bool tells(std::string_view line, const Sign& sign) {
  const auto begin = sign.begin.empty() ? std::string_view::npos : line.find(sign.begin);
  return begin != std::string_view::npos && line.find(sign.end, begin + sign.begin.size()) != std::string_view::npos;
}

/// The last such line: banners come first.
std::optional<std::string> find_line(const std::vector<std::string_view>& lines, const Rule& rule) {
  const auto found = std::find_if(lines.rbegin(), lines.rend(), [&rule](std::string_view line) {
    return std::any_of(std::begin(rule.signs), std::end(rule.signs),
                       [&](const Sign& sign) { return tells(line, sign); });
  });
  if (found == lines.rend()) return std::nullopt;
  const auto cause = std::next(found);
  if (!rule.has_cause_before || cause == lines.rend()) return std::string(*found);
  return std::string(*cause) + "; " + std::string(*found);
}

bool applies(const Rule& rule, const LossCause& end) {
  if (end.signal != 0) return false;
  if (rule.side == Side::ssh) return end.status == ssh_failed;
  return end.status != ssh_failed && (rule.status == 0 || rule.status == end.status);
}

void replace(std::string& text, std::string_view what, const std::string& with) {
  if (const auto place = text.find(what); place != std::string::npos) text.replace(place, what.size(), with);
}

/// What the user types to see the same. A name from somebody else's file must not become a command by that.
std::string login(const RequestedHost& host) {
  const auto port = host.port ? "-p " + std::to_string(*host.port) + " " : "";
  return "ssh " + port + quote_word((host.user.empty() ? "" : host.user + "@") + host.name);
}

std::string sentence(const RequestedHost& host, std::string_view what, std::string_view cure, std::string_view line) {
  std::string advice(cure);
  replace(advice, "$login", login(host));
  replace(advice, "$name", quote_word(host.port ? "[" + host.name + "]:" + std::to_string(*host.port) : host.name));
  const auto text = to_string(host) + ": " + std::string(what) + "; " + advice;
  return line.empty() ? text : text + " (said: " + quoted(line, shown_bytes) + ")";
}

bool is_noise(std::string_view line) {
  return line.starts_with("debug") || line.starts_with("** ") || line.starts_with("Warning: Permanently added");
}

}  // namespace

SshFailure explain_ssh_failure(const RequestedHost& host, std::string_view said, const LossCause& end) {
  auto lines = split_lines(said);
  for (const auto& rule : rules) {
    if (!applies(rule, end)) continue;
    if (const auto line = find_line(lines, rule)) {
      return {sentence(host, rule.what, rule.cure, *line), rule.is_worth_retry};
    }
  }
  std::erase_if(lines, is_noise);
  const auto fate = (end.signal != 0 ? "ssh was " : "ssh ") + end.text;
  return {sentence(host, fate, "see whether this works: $login true", lines.empty() ? "" : lines.back())};
}

Failure explain_missing_ssh(const Failure& why) {
  return {why.message + "; install OpenSSH's client (openssh-client), or name one with --ssh-executable"};
}

}  // namespace scoop
