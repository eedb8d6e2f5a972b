#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <scoop/detail/bytes.hpp>
#include "common/base/shared_bytes.hpp"
#include "common/protocol/ids.hpp"

namespace scoop {

/// What the processes of a pool say to each other. PROTOCOL.md says when, and what answers; this file holds only the
/// shapes. The index of a type in `Message` is its number on the wire: new ones go to the end.

inline constexpr std::uint32_t protocol_version = 1;

/// Encoded work or a result of more than this must not be sent: nobody would put it together again.
using detail::max_value_bytes;

struct Member {
  WorkerId id;
  std::string name;                    // "w3@node7": what the user sees
  std::vector<std::string> addresses;  // where its ROUTER listens, best first
  bool is_origin = false;
};

struct LossCause {
  int signal = 0;    // the process died of it; 0: it did not
  int status = 0;    // exit status, where signal is 0
  std::string text;  // a sentence for the user: "killed by signal 9 (Killed)", "silent for 30 s"
};

struct LostWorker {
  WorkerId id;
  std::string name;
  LossCause cause;
};

/// First message on every link, both to the broker and between workers.
struct Hello {
  std::uint32_t protocol = protocol_version;
  std::uint32_t abi = 0;
  Member self;
  std::vector<std::uint64_t> modules;  // content hashes of the loaded objects that hold task descriptors
  std::vector<LostWorker> lost;        // whom the sender knows lost
};
struct Welcome {
  std::vector<Member> members;  // all that live, the receiver too
  std::vector<LostWorker> lost;
};
struct Refused {
  std::string reason;  // one sentence for the user; the receiver ends with it
};
struct Joined {
  Member member;
};
struct Lost {
  LostWorker worker;
};

/// A worker's own state, said once a change. Between two Hungry there is always a Sated. Hungry takes an earlier
/// Surplus back, and gives back the broker's orders.
struct Hungry {};
struct Sated {
  WorkerId fed_by;  // whose tasks ended the hunger; its standing order is used up
};
/// Each Feed uses up one of the tasks, in the broker's eyes and in the victim's; the victim speaks again when none are
/// left.
struct Surplus {
  std::uint64_t tasks = 0;  // movable now; 0: nothing, and the orders that stand at the sender may go to another
};

/// Standing order of the broker to a victim: feed `thief` as soon as there is something to give.
struct Feed {
  Member thief;
};
struct Unfeed {
  WorkerId thief;
};

struct LentTask {
  Attempt attempt = 0;
  Interval interval;
  SharedBytes work;  // descriptor id, callable, arguments: encoded by the plugin's side of the ABI, opaque here
};
struct Tasks {
  std::vector<LentTask> tasks;
};

struct TaskResult {
  Attempt attempt = 0;
  Interval interval;   // a prefix of what was lent and is still out
  SharedBytes result;  // value or error, opaque as well
};
struct Results {
  std::vector<TaskResult> results;
  bool hungry = false;  // the sender has nothing left to run: counts as a request to the receiver
};

struct ReleasedTask {
  Attempt attempt = 0;
  Interval interval;  // a suffix of what was lent and is still out
};
/// From a thief to an owner: not begun; lend it to `to` instead.
struct Release {
  std::vector<ReleasedTask> tasks;
  Member to;
};

/// Part of an encoded message too large for one frame. Its bytes follow it in the frame's body.
struct Piece {
  std::uint64_t stream = 0;  // counts up in its sender
  std::uint64_t offset = 0;
  std::uint64_t total = 0;
  std::uint64_t part_end = 0;  // where the part ends of which it is a piece
};

/// A sign of life where nothing else was to be said.
struct Heartbeat {};

using Message = std::variant<Hello, Welcome, Refused, Joined, Lost, Hungry, Sated, Surplus, Feed, Unfeed, Tasks,
                             Results, Release, Piece, Heartbeat>;

/// Where decisions put what they say. The only way out of a decision class.
class Outbox {
 public:
  virtual void send(WorkerId to, Message message) = 0;
  /// The peer is lost: nothing more goes to it or is taken from it.
  virtual void drop(const LostWorker& peer) = 0;

 protected:
  ~Outbox() = default;
};

}  // namespace scoop
