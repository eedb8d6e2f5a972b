#pragma once
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace scoop {

/// Standard output of a command that has nothing else to do: waits for its reader.
class TextOutput {
 public:
  /// Made by `main`'s thread; from here on a reader that goes away is no signal.
  TextOutput();

  void write(std::string_view text);
  void flush();
  /// Nobody reads any more, and there is no use in going on.
  bool is_closed() const { return error_ != 0; }
  /// Errors: what is no reader's going.
  Status status() const;

  /// Waits so long, or until the reader goes away.
  void pause(int milliseconds);

  /// On a terminal that shows colours, for a user who wants them (NO_COLOR).
  static bool has_colours();

 private:
  std::string unwritten_;
  int error_ = 0;  // errno
};

}  // namespace scoop
