#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>

#include "common/base/clock.hpp"
#include "common/protocol/codec.hpp"

namespace scoop {

struct LinkLimits {
  std::size_t window_bytes = 1024 * 1024;  // in flight without acknowledgement; one larger frame still goes
  std::size_t piece_bytes = 128 * 1024;    // larger messages leave in pieces of this size
  std::size_t message_bytes = max_value_bytes + 16 * 1024 * 1024;  // larger ones are not put together
  Duration acknowledge_after = std::chrono::milliseconds(20);
  Duration resend_after_min = std::chrono::milliseconds(200);
  Duration resend_after_max = std::chrono::seconds(2);
};

/// Where frames go. May lose them: the link sends again. Must not call back into the link.
class FrameSink {
 public:
  virtual void transmit(WorkerId to, std::span<const char> frame) = 0;
  /// Nothing more will be said to this peer: its connection may go.
  virtual void close(WorkerId peer) = 0;

 protected:
  ~FrameSink() = default;
};

/// Both directions between this process and one peer: each message arrives once and, within its class of traffic, in
/// order, as long as both live and some frames get through. Frames are numbered when they leave, acknowledged
/// cumulatively and, by a timer only, sent again from the oldest unacknowledged on; a receiver drops what is not the
/// next. No connection events, no path logic: a connection lost and a frame lost are the same thing.
class Link {
 public:
  Link(WorkerId self, WorkerId peer, const LinkLimits& limits) : self_(self), peer_(peer), limits_(limits) {}

  void send(const Message& message, TimePoint now, FrameSink& sink);
  /// Outside the order, unprotected, and at once.
  void send_unnumbered(const Message& message, FrameSink& sink);

  /// The message that this frame completes, if it does. `frame` starts with `header`.
  Result<std::optional<Message>> on_frame(const FrameHeader& header, std::span<const char> frame, TimePoint now,
                                          FrameSink& sink);
  void on_tick(TimePoint now, FrameSink& sink);
  TimePoint next_deadline() const;
  /// This process was stopped for so long: answers may lie unread, so what is in flight gets its full time again.
  void on_pause(Duration length, TimePoint now);

  /// Nothing is queued, in flight, or owed an acknowledgement.
  bool is_quiet() const;

 private:
  struct Queued {
    Bytes message;  // with room for a header in front
    // Where it leaves in pieces:
    std::uint64_t stream = 0;
    std::size_t offset = 0;
  };
  struct InFlight {
    Bytes frame;
    TimePoint left;
    bool sent_again = false;
  };
  struct Assembly {  // of one class of traffic
    std::uint64_t stream = 0;
    std::uint64_t total = 0;
    Bytes bytes;
  };

  void pump(TimePoint now, FrameSink& sink);
  bool leave(Traffic traffic, TimePoint now, FrameSink& sink);
  Bytes next_frame(std::deque<Queued>& queue);
  void stamp(Bytes& frame, std::uint64_t number, Traffic traffic);
  bool on_acknowledged(std::uint64_t number, TimePoint now);
  void owe_acknowledgement(std::size_t bytes, TimePoint now, FrameSink& sink);
  Result<std::optional<Message>> on_unnumbered(std::span<const char> bytes);
  Result<std::optional<Message>> on_piece(Traffic traffic, Piece piece);
  Duration resend_after() const;

  WorkerId self_, peer_;
  const LinkLimits& limits_;

  std::deque<Queued> queues_[2];  // by Traffic
  std::uint64_t streams_ = 0;     // messages that left in pieces so far
  std::deque<InFlight> in_flight_;
  std::size_t in_flight_bytes_ = 0;
  std::uint64_t last_sent_ = 0;  // number of in_flight_.back(), if any
  TimePoint resend_at_ = never;
  Duration smoothed_round_trip_ = Duration::zero();
  unsigned resends_ = 0;  // in a row without an acknowledgement

  std::uint64_t received_ = 0;  // all up to this number have arrived
  std::size_t unacknowledged_bytes_ = 0;
  TimePoint acknowledge_at_ = never;
  Assembly assemblies_[2];  // by Traffic
};

}  // namespace scoop
