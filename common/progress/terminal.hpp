#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace scoop {

/// Where progress is shown, as it is at present.
struct TerminalState {
  bool is_terminal = false;  // that shows a status line
  bool is_ours = false;      // no other job is in its foreground
  std::uint16_t rows = 24;
  std::uint16_t columns = 80;
};
TerminalState look_at_terminal(int fd);

/// What draws a status line on the terminal's last row, and keeps the rows above for all that others write: it scrolls
/// there, and the cursor stays where it is, so neither gets into the other. To be written at once. May be repeated,
/// also after the size has changed.
std::string status_line(const TerminalState& terminal, std::string_view text);
/// Removes it and gives the row back.
std::string no_status_line(const TerminalState& terminal);

/// Gives the row back without removing what stands there, which is all that can be done without knowing of it. Does
/// nothing else to any terminal.
inline constexpr std::string_view whole_screen =
    "\x1b"
    "7\x1b[r\x1b"
    "8";

}  // namespace scoop
