#pragma once
#include <filesystem>
#include <fstream>
#include <scoop/futures.hpp>
#include <string>

#include "support/temp_dir.hpp"
#include "support/wait_until.hpp"

namespace scoop::test {

inline int pass(int x) { return x; }

/// A node that is never done: to look for it lets other tasks run.
struct Never : detail::RangeNode {
  Never() : RangeNode(&type, 0, 1) {}
  static const char* name() { return "never"; }
  static constexpr detail::TaskType type{detail::own_abi, 1,       &name,   nullptr, nullptr,
                                         nullptr,         nullptr, nullptr, nullptr};
};

/// Gives `x` when the file is there, or its directory is not any more. Meanwhile the pool gets on, also where it has
/// one worker only.
inline int hold(const std::string& file, int x) {
  Never never;
  const auto directory = std::filesystem::path(file).parent_path();
  while (!std::filesystem::exists(file) && std::filesystem::exists(directory)) scoop_poll(&never, 1);
  return x;
}

/// Whether it comes true while other tasks of this worker run.
template <class Predicate>
[[nodiscard]] bool let_others_until(Predicate&& predicate) {
  Never never;
  return wait_until([&] { return scoop_poll(&never, 1) || predicate(); });
}

/// Tasks that are held until the test lets them go on, at the latest at its end.
class Gate {
 public:
  Future<int> submit_held(int x) const { return futures::submit(hold, file(), x); }
  std::string file() const { return directory_.path() / "open"; }
  void open() const { std::ofstream(file()).flush(); }

 private:
  TempDir directory_;
};

}  // namespace scoop::test
