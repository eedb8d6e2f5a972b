#pragma once
#include <string>
#include <string_view>

#include "launcher/host_script.hpp"

namespace scoop {

/// Where the workers of a host stand.
enum class WorkingFolder { asked, own, home };

/// The talk with a host's shell over one connection, until scoop-worker speaks. Bytes in, bytes out.
///
/// ssh runs `command_script`, which reads `first_input` and obeys it. What login shells write before that is passed
/// over. No byte may be sent that was not asked for: the head of busybox reads ahead.
class Bootstrap {
 public:
  /// `marker` is of this host alone.
  explicit Bootstrap(HostSettings settings, std::string marker = new_marker());

  /// For `ssh_command`.
  std::string command_script() const;
  /// To be written at once.
  SharedBytes first_input() const { return script_; }

  /// What came from the host. Gives what is to be written next; empty: nothing.
  ///
  /// Errors: words that are none of the script.
  Result<SharedBytes> on_output(std::string_view bytes);

  /// From now on scoop-worker reads and writes.
  bool is_ready() const { return is_ready_; }
  /// What it has written already, behind the shell's last word.
  const std::string& rest() const { return received_; }

  /// Known when it is ready.
  const std::string& plugin_path() const { return plugin_path_; }
  const std::string& folder() const { return folder_; }
  WorkingFolder folder_kind() const { return folder_kind_; }

  /// Words of the script that have come.
  std::size_t words() const { return words_; }
  /// What its uname -m said; empty: no word of the script has come.
  const std::string& machine() const { return machine_; }
  /// Of archives; 0: all was there.
  std::size_t sent_bytes() const { return sent_bytes_; }
  /// The program is used where it lies, on a file system that both machines have.
  bool shares_program() const { return plugin_path_ == settings_.program->files.at(0).path; }

 private:
  Result<SharedBytes> on_line(std::string_view line);
  Status on_folder(std::string_view kind_and_path);

  HostSettings settings_;
  std::string marker_;
  SharedBytes script_;
  std::string received_;
  std::string machine_;
  std::string plugin_path_;
  std::string folder_;
  WorkingFolder folder_kind_ = WorkingFolder::own;
  std::size_t words_ = 0;
  std::size_t sent_bytes_ = 0;
  bool is_ready_ = false;
};

}  // namespace scoop
