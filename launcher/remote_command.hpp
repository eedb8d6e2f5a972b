#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/host_file.hpp"

namespace scoop {

/// The word as every shell reads it back, be it sh, bash, dash, zsh, csh, tcsh or fish; one with line ends not csh and
/// tcsh (see `command_for_any_shell`).
std::string quote_word(std::string_view word);

/// The words of one command: quoted, with blanks between.
std::string quote_words(const std::vector<std::string>& words);

/// A command that runs a script of /bin/sh, whatever shell reads the command. The script may have several lines; its
/// standard input is the command's.
///
/// Limits: csh (not tcsh) takes words of up to 1000 bytes: what is longer goes through standard input.
std::string command_for_any_shell(std::string_view script);

/// How to reach hosts.
struct SshSettings {
  std::string executable = "ssh";  // the user's own, looked up on PATH if it has no slash
  std::chrono::milliseconds start_limit = std::chrono::seconds(30);  // for the connection and sshd's greeting
};

/// ssh's name and arguments that run a script of /bin/sh on the host. It never asks for anything, and standard input
/// and output are the script's own, byte for byte.
std::vector<std::string> ssh_command(const SshSettings& settings, const RequestedHost& host, std::string_view script);

}  // namespace scoop
