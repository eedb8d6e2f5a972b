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
  int signal = 0;          // the process died of it; 0: it did not
  int status = 0;          // exit status, where signal is 0
  std::string text{};      // a sentence for the user: "killed by signal 9 (Killed)", "silent for 30 s"
  bool is_wanted = false;  // to stop a cancelled task: other tasks are none the worse for it
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
/// From a thief to an owner: not begun; lend it to `to` instead, or take it back where that names nobody (broker_id).
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

/// The receiver is to leave: it takes no more tasks, gives back those that it has not begun, and says Drained.
struct Drain {};
/// Another worker is to leave: it is lent nothing any more. Answered by Parted.
struct Draining {
  WorkerId worker;
};
/// The sender lends nothing to `worker` any more, and all that it had lent to it has come back.
struct Parted {
  WorkerId worker;
};
/// Nothing of its own tasks or of those of others is left at the sender, and nothing will be.
struct Drained {};

/// From an owner to a holder: what has not begun of these is to come back, by a Release to nobody, and what has begun
/// is to learn of it. Behind the Tasks in which they came. Answered by Cancelled, behind that Release.
struct Cancel {
  std::vector<Attempt> attempts;
  bool kill = false;  // where one of them runs, a single task, the receiver is to end; its loss is the answer
};
/// What the receiver still has out of these has begun.
struct Cancelled {
  std::vector<Attempt> attempts;
};

/// A shared constant, which the daemon of the sender's host holds. Answered by ConstantFound with what the name has
/// got: the first one that came to the broker. Needs no answer where the name has these very bytes.
struct SetConstant {
  std::string name;
  std::string type;  // as it is written in the source
  std::string hash;  // of the bytes
  std::uint64_t size = 0;
};
/// Answered by ConstantFound, as soon as somebody has set it.
struct FindConstant {
  std::string name;
};
struct ConstantFound {
  SetConstant constant;
  std::vector<std::uint16_t> hosts;  // whose daemons hold it
};
/// The sender's host got it from another one.
struct ConstantHeld {
  std::string name;
};
/// From a host that lacks the constant to a worker of one that holds it.
struct AskConstant {
  std::string name;
  std::string hash;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;  // at least 1
};
struct ConstantPart {
  std::string name;
  std::string hash;
  std::uint64_t offset = 0;
  SharedBytes bytes;  // none: it is not to be had here
};

using Message = std::variant<Hello, Welcome, Refused, Joined, Lost, Hungry, Sated, Surplus, Feed, Unfeed, Tasks,
                             Results, Release, Piece, Heartbeat, Drain, Draining, Parted, Drained, Cancel, Cancelled,
                             SetConstant, FindConstant, ConstantFound, ConstantHeld, AskConstant, ConstantPart>;

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
