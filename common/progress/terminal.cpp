#include "common/progress/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace scoop {
namespace {

constexpr std::uint16_t least_rows = 3;

/// What stands between is done with the cursor of our own, and then the others' is as it was.
constexpr std::string_view save =
    "\x1b"
    "7";
constexpr std::string_view restore =
    "\x1b"
    "8";
constexpr std::string_view down =
    "\x1b"
    "D";  // scrolls where there is no row below; the column stays
constexpr std::string_view up =
    "\x1b"
    "M";
constexpr std::string_view all_rows = "\x1b[r";
constexpr std::string_view plain = "\x1b[0m";
constexpr std::string_view erase_row = "\x1b[2K";
constexpr std::string_view wrap_off = "\x1b[?7l";
constexpr std::string_view wrap_on = "\x1b[?7h";

std::string at_last_row(const TerminalState& terminal) { return "\x1b[" + std::to_string(terminal.rows) + ";1H"; }

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const auto part : parts) all += part;
  return all;
}

}  // namespace

TerminalState look_at_terminal(int fd) {
  TerminalState state;
  const char* kind = std::getenv("TERM");
  if (::isatty(fd) != 1 || (kind != nullptr && std::string_view(kind) == "dumb")) return state;
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0) {  // 0: not known
    if (size.ws_row > 0) state.rows = size.ws_row;
    if (size.ws_col > 0) state.columns = size.ws_col;
  }
  const pid_t foreground = ::tcgetpgrp(fd);  // fails on a terminal that controls no jobs of this session
  state.is_terminal = state.rows >= least_rows;
  state.is_ours = foreground < 0 || foreground == ::getpgrp();
  return state;
}

std::string status_line(const TerminalState& terminal, std::string_view text) {
  const auto upper_rows = "\x1b[1;" + std::to_string(terminal.rows - 1) + "r";
  // With a cursor on the last row all moves up by one; that is why the rows are one whole before.
  return joined({save, all_rows, restore, down, up, save, upper_rows, at_last_row(terminal), plain, erase_row, wrap_off,
                 text, wrap_on, restore});
}

std::string no_status_line(const TerminalState& terminal) {
  return joined({save, all_rows, at_last_row(terminal), plain, erase_row, restore});
}

}  // namespace scoop
