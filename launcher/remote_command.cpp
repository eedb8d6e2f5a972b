#include "launcher/remote_command.hpp"

namespace scoop {
namespace {

// No % or =, which zsh and old fish expand at the beginning of a word.
constexpr std::string_view plain_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,@+";

/// For printf's %b.
std::string escape_lines(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\\\";
    } else if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

std::string quote_word(std::string_view word) {
  if (word.empty()) return "''";
  if (word.find_first_not_of(plain_characters) == std::string_view::npos) return std::string(word);
  std::string result;
  bool is_quoted = false;
  const auto set_quoted = [&](bool quoted) {
    if (quoted != is_quoted) result += '\'';
    is_quoted = quoted;
  };
  for (const char c : word) {
    // Inside single quotes fish takes \ for an escape, and csh takes ! for its history. A backslash outside of quotes
    // means the same everywhere.
    const bool is_special = c == '\'' || c == '\\' || c == '!';
    set_quoted(!is_special);
    if (is_special) result += '\\';
    result += c;
  }
  set_quoted(false);
  return result;
}

std::string quote_words(const std::vector<std::string>& words) {
  std::string result;
  for (const auto& word : words) result += (result.empty() ? "" : " ") + quote_word(word);
  return result;
}

std::string command_for_any_shell(std::string_view script) {
  if (script.find('\n') == std::string_view::npos) return "exec /bin/sh -c " + quote_word(script);
  // No way to write a line end inside a word means the same to csh and to the others.
  return "exec /bin/sh -c 'eval \"$(printf %b \"$1\")\"' sh " + quote_word(escape_lines(script));
}

std::vector<std::string> ssh_command(const SshSettings& settings, const RequestedHost& host, std::string_view script) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(settings.start_limit).count();
  std::vector<std::string> command{settings.executable, "-T", "-o",
                                   "BatchMode=yes",     "-o", "ConnectTimeout=" + std::to_string(seconds)};
  if (host.port) command.insert(command.end(), {"-p", std::to_string(*host.port)});
  command.push_back(host.user.empty() ? host.name : host.user + "@" + host.name);
  command.insert(command.end(), {"--", command_for_any_shell(script)});
  return command;
}

}  // namespace scoop
