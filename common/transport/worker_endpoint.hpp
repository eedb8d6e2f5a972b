#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/protocol/message.hpp"
#include "common/transport/fault_injector.hpp"
#include "common/transport/gate.hpp"

namespace scoop {

/// What an endpoint saw, for logs and tests.
struct TransportCounters {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t not_sent = 0;   // no room, nobody there, or no address known
  std::uint64_t by_broker = 0;  // of `sent`: to peers that could not be reached directly
  std::uint64_t malformed = 0;  // senders without a worker's routing id
  std::uint64_t lost_by_fault = 0;
  std::uint64_t reopened_by_fault = 0;
};

/// A worker's sockets: one ROUTER to receive on, one DEALER to the broker, one DEALER per peer, opened when first
/// needed. What is for a peer of another host goes by the broker while no connection to it stands.
///
/// Trust:   see Gate. What it connects to by TCP has to prove to have the run's keys, too.
/// Loss:    frames may get lost (a connection cut, a socket closed, `Sent` other than yes): the link above resends.
/// Threads: belongs to one thread.
/// End:     the destructor drops what is queued, unless set_linger says how long it may wait.
class WorkerEndpoint {
 public:
  struct Settings {
    WorkerId self;
    std::string listen_address;  // ipc://PATH, for peers of the same host
    std::string broker_address;
    std::string tcp_where = {};  // for those of other hosts, see ListeningSocket::bind_tcp; empty: there are none
    PortRange tcp_ports = {};
    std::optional<RunKeys> keys = {};  // none: TCP is open to everybody
    std::size_t max_peers = 256;       // open DEALERs; beyond it the least recently used is closed
    Duration linger_of_closed = std::chrono::milliseconds(200);  // for what still waits there, mostly nothing
    FaultInjector faults = {};
  };

  static Result<std::unique_ptr<WorkerEndpoint>> open(Settings settings);

  /// Where it listens, best first, for its Member.
  std::vector<std::string> addresses() const;

  /// Where frames for this worker go from now on: to the first address that leads there from here, if one does.
  /// `ipc://` leads no farther than the host.
  void learn(const Member& member);
  /// What is sent to this peer seems not to arrive. If it is of another host and a connection to it stood, that is made
  /// anew. True: so it is.
  bool doubt(WorkerId peer);
  bool knows(WorkerId worker) const { return peers_.contains(worker); }
  /// The worker is lost: what still waits for it is dropped.
  void forget(WorkerId worker);

  /// `broker_id` is the broker. Never blocks. `may_overtake`: see FrameSink.
  Sent send(WorkerId to, std::span<const char> head, const SharedBytes& body = {}, bool may_overtake = true);
  /// The next frame that has arrived, from peers and broker in turn; nothing when there is none.
  std::optional<Frame> receive();
  /// Waits for a frame or a descriptor, see wait_ready.
  void wait(std::span<PolledFd> fds, TimePoint deadline);

  void set_linger(Duration linger);
  std::size_t open_peers() const { return open_peers_; }
  const TransportCounters& counters() const { return counters_; }
  const RefusedPeers& refused() const { return gate_->refused(); }
  /// Why a peer could not be connected to since the last call; empty: all could.
  std::string take_failure() { return std::exchange(failure_, {}); }

 private:
  struct Peer {
    std::string address;  // empty: none leads there
    bool goes_by_broker = false;
    std::optional<Dealer> dealer;
    std::uint64_t last_use = 0;
  };

  explicit WorkerEndpoint(Settings settings) : settings_(std::move(settings)) {}

  Result<Dealer> connect_to_broker();
  bool is_near(WorkerId peer) const { return peer.host == settings_.self.host; }
  Sent send_to_peer(WorkerId to, std::span<const char> head, const SharedBytes& body, bool may_overtake);
  Sent send_directly(WorkerId to, Peer& peer, std::span<const char> head, const SharedBytes& body);
  Sent send_by_broker(std::span<const char> head, const SharedBytes& body);
  Dealer* open_dealer(WorkerId to, Peer& peer);
  void close_least_used();
  void close_dealer(Peer& peer, Duration linger);
  void reopen_some_socket();

  Settings settings_;
  Context context_;
  std::unique_ptr<Gate> gate_;
  std::optional<Dealer> broker_;
  std::unordered_map<WorkerId, Peer> peers_;
  std::size_t open_peers_ = 0;
  std::uint64_t uses_ = 0;
  bool broker_next_ = false;  // whose turn it is to be read
  TransportCounters counters_;
  std::string failure_;
};

}  // namespace scoop
