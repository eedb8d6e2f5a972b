#pragma once

namespace scoop {

/// Puts /dev/null where standard input, output or error is closed: else the next descriptor made would take its place,
/// and with it what is meant for a terminal or comes from one. First of all in main.
void fill_standard_streams();

}  // namespace scoop
