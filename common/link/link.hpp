#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>

#include "common/base/clock.hpp"
#include "common/link/assembly.hpp"
#include "common/protocol/codec.hpp"

namespace scoop {

/// Of a way between two processes.
struct PathLimits {
  std::size_t window_bytes;  // with so much in flight without acknowledgement nothing more leaves
  std::size_t piece_bytes;   // larger messages leave in pieces of at most this size
};

struct LinkLimits {
  // On one host a large value goes as a whole, which spares the receiver a copy; a network would be held up for
  // seconds.
  PathLimits same_host{4 * 1024 * 1024, 16 * 1024 * 1024};
  PathLimits between_hosts{1024 * 1024, 128 * 1024};
  std::size_t message_bytes = max_value_bytes + 16 * 1024 * 1024;  // larger ones are not put together
  Duration acknowledge_after = std::chrono::milliseconds(20);
  Duration resend_after_min = std::chrono::milliseconds(200);
  Duration resend_after_max = std::chrono::seconds(2);
};

/// Where frames go. May lose them: the link sends again. Must not call back into the link.
class FrameSink {
 public:
  /// `body`: the bytes of a piece, else empty. `may_overtake`: nothing that left before is still on its way, so that it
  /// does no harm to go another one; the receiver would drop what comes too early.
  virtual void transmit(WorkerId to, std::span<const char> head, const SharedBytes& body, bool may_overtake) = 0;
  /// Frames to this peer seem not to arrive: those that follow had better go another way.
  virtual void doubt(WorkerId peer) = 0;
  /// Nothing more will be said to this peer: its connection may go.
  virtual void close(WorkerId peer) = 0;

 protected:
  ~FrameSink() = default;
};

/// Both directions between this process and one peer: each message arrives once and, within its class of traffic, in
/// order, as long as both live and some frames get through. Frames are numbered when they leave, acknowledged
/// cumulatively and, by a timer only, sent again from the oldest unacknowledged on; a receiver drops what is not the
/// next. No connection events: a connection lost and a frame lost are the same thing, only that the way is doubted when
/// sending again did not help.
class Link {
 public:
  Link(WorkerId self, WorkerId peer, const LinkLimits& limits)
      : self_(self),
        peer_(peer),
        limits_(limits),
        path_(self.host == peer.host ? limits.same_host : limits.between_hosts) {}

  void send(const Message& message, TimePoint now, FrameSink& sink);
  /// Outside the order, unprotected, and at once.
  void send_unnumbered(const Message& message, FrameSink& sink);

  /// The message that this frame completes, if it does. `header` was read from it.
  Result<std::optional<Message>> on_frame(const FrameHeader& header, const Frame& frame, TimePoint now,
                                          FrameSink& sink);
  void on_tick(TimePoint now, FrameSink& sink);
  TimePoint next_deadline() const;
  /// This process was stopped for so long: answers may lie unread, so what is in flight gets its full time again.
  void on_pause(Duration length, TimePoint now);

  /// Nothing is queued, in flight, or owed an acknowledgement.
  bool is_quiet() const;

 private:
  /// A message, as a whole or what is left of it to leave in pieces.
  struct Queued {
    std::deque<SharedBytes> parts;
    bool is_whole;
    std::uint64_t total = 0;
    std::uint64_t stream = 0;
    std::uint64_t offset = 0;
    std::uint64_t part_end() const { return offset + parts.front().size(); }
  };
  struct OutFrame {
    Bytes head;
    SharedBytes body;
    std::size_t size() const { return head.size() + body.size(); }
  };
  struct InFlight {
    OutFrame frame;
    Traffic traffic;
    TimePoint left;
    bool sent_again = false;
  };

  void pump(TimePoint now, FrameSink& sink);
  bool leave(Traffic traffic, TimePoint now, FrameSink& sink);
  SharedBytes next_slice(std::deque<SharedBytes>& parts) const;
  OutFrame next_frame(std::deque<Queued>& queue);
  void transmit(OutFrame& frame, std::uint64_t number, Traffic traffic, bool may_overtake, FrameSink& sink);
  bool on_acknowledged(std::uint64_t number, TimePoint now);
  void owe_acknowledgement(std::size_t bytes, TimePoint now, FrameSink& sink);
  Result<std::optional<Message>> on_unnumbered(const SharedBytes& bytes);
  Result<std::optional<Message>> on_piece(Traffic traffic, const Piece& piece, const SharedBytes& bytes);
  Duration resend_after() const;

  WorkerId self_, peer_;
  const LinkLimits& limits_;
  const PathLimits& path_;

  std::deque<Queued> queues_[2];  // by Traffic
  std::uint64_t streams_ = 0;     // messages that left in pieces so far
  std::deque<InFlight> in_flight_;
  std::size_t in_flight_bytes_ = 0;
  std::uint64_t last_sent_ = 0;  // number of in_flight_.back(), if any
  TimePoint resend_at_ = never;
  Duration smoothed_round_trip_ = Duration::zero();
  unsigned resends_ = 0;  // in a row without an acknowledgement

  std::uint64_t received_ = 0;  // all up to this number have arrived
  unsigned repeats_ = 0;        // of the last one, since it arrived
  std::size_t unacknowledged_bytes_ = 0;
  TimePoint acknowledge_at_ = never;
  Assembly assemblies_[2];  // by Traffic
};

}  // namespace scoop
