#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/control/messages.hpp"
#include "launcher/host_file.hpp"

namespace scoop {

/// A host whose daemon runs, when its check begins.
struct HostToCheck {
  std::uint32_t workers = 0;  // it would get
  std::string sent;           // of what it needs, one word: "3.2M", "nothing"
  bool is_remote = false;     // it needs a way to the broker
};

/// The findings of --check: one line a host, in the hosts' order. Decides; never reads a clock.
class Check {
 public:
  /// `limit`: for a host to answer.
  Check(const std::vector<RequestedHost>& hosts, Duration limit);

  /// It does not come, or is gone. Not counted once it has answered.
  void on_lost(std::size_t host, const std::string& reason);
  /// It is asked now. `time_us`: this machine's clock, since 1970, UTC; of the next one, too.
  void begin(std::size_t host, const HostToCheck& asked, TimePoint now, std::int64_t time_us);
  void on_message(std::size_t host, const control::FromDaemon& message, std::int64_t time_us);
  void on_tick(TimePoint now);

  TimePoint next_deadline() const;
  /// Each host has answered, or will not.
  bool is_finished() const;
  bool are_all_fit() const;
  /// Columns of single words with a heading, and behind them what is wrong, in sentences. "-" is not known, or not
  /// needed.
  std::string table() const;

 private:
  /// How far a clock is before ours; the truth lies within `error_us` of it.
  struct Offset {
    std::int64_t us = 0;
    std::int64_t error_us = 0;
  };
  struct Finding {
    std::string name;
    HostToCheck asked{};
    std::int64_t asked_us = 0;
    TimePoint due = never;  // while it is waited for
    std::optional<control::HostReady> facts{};
    std::optional<Offset> offset{};
    std::optional<control::Checked> checked{};
    std::string problem{};  // besides what was checked
  };

  static void settle(Finding& finding, const std::string& problem);
  static std::string problems_of(const Finding& finding);
  static std::vector<std::string> words_of(const Finding& finding);
  static std::string describe(const std::optional<Offset>& offset);

  std::vector<Finding> findings_;
  Duration limit_;
};

/// "512K", "7.6G": powers of 1024.
std::string describe_bytes(std::uint64_t bytes);

}  // namespace scoop
