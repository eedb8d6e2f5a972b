#include "tests/simulation/node.hpp"

#include <utility>

#include "tests/simulation/violation.hpp"

namespace scoop::simulation {

using namespace std::chrono_literals;

namespace {

constexpr Duration heartbeat_every = 500ms;

// Small, so that small programs come to their limits.
constexpr LinkLimits link_limits{.same_host = {16 * 1024, 2 * 1024}};

Member member_of(std::size_t index, WorkerId id) {
  return {id, "w" + std::to_string(index), {"sim://" + std::to_string(index)}, index == 1};
}

}  // namespace

Pool::Node::Node(Pool& p, std::size_t i, WorkerId w) : pool(p), index(i), id(w), links(w, *this, link_limits) {}

void Pool::Node::on_frame(const Frame& frame, TimePoint now) {
  auto arrival = links.on_frame(frame, now);
  if (!arrival) throw Violation("a frame was refused: " + arrival.failure().message);
  if (arrival->message) on_message(arrival->from, *std::move(arrival->message), now);
}

// --- broker ---

Pool::BrokerNode::BrokerNode(Pool& p, TimePoint now)
    : Node(p, 0, broker_id), broker({.lost_after = lost_after, .check_every = 200ms}, now) {}

void Pool::BrokerNode::on_frame(const Frame& frame, TimePoint now) {
  auto header = *read_header(frame.head);
  if (header.to == broker_id) return Node::on_frame(frame, now);
  if (broker.relays(header.from, header.to)) pool.transmit(*this, pool.find(header.to), frame);
}

void Pool::BrokerNode::on_message(WorkerId from, Message message, TimePoint now) {
  LinkOutbox out(links, now);
  broker.on_message(from, std::move(message), now, out);
}

void Pool::BrokerNode::on_tick(TimePoint now) {
  links.on_tick(now);
  LinkOutbox out(links, now);
  if (now >= broker.next_deadline()) broker.on_tick(now, out);
}

void Pool::BrokerNode::on_ended(const Worker& worker, TimePoint now) {
  LinkOutbox out(links, now);
  broker.on_ended({worker.id, "w" + std::to_string(worker.index), worker.cause}, now, out);
}

void Pool::BrokerNode::on_drain(WorkerId worker, TimePoint now) {
  LinkOutbox out(links, now);
  broker.on_drain(worker, out);
}

void Pool::BrokerNode::check(TimePoint) {
  for (const auto& event : broker.take_events()) {
    require(!std::holds_alternative<WorkerRefused>(event), "a good worker was refused");
    if (auto* left = std::get_if<WorkerLeft>(&event)) {
      auto& leaver = static_cast<Worker&>(*pool.find(left->worker));
      pool.tell(*this, "lets go of " + to_string(left->worker));
      if (leaver.is_alive) pool.require_gone_in_peace(leaver);
      pool.schedule(pool.now_ + pool.random_.between(1ms, 20ms), What::stop, leaver.index);
    }
    auto* gone = std::get_if<WorkerGone>(&event);
    if (gone == nullptr) continue;
    pool.tell(*this, "declares " + to_string(gone->worker.id) + " lost: " + gone->worker.cause.text);
    auto& worker = static_cast<Worker&>(*pool.find(gone->worker.id));
    bool was_disturbed = worker.disturbed > lost_after - 2 * heartbeat_every;
    require(!worker.is_alive || was_disturbed, "a worker was declared lost that lives and could be heard");
  }
}

// --- worker ---

Pool::Worker::Worker(Pool& p, std::size_t i, WorkerId w)
    : Node(p, i, w),
      executor(p.program_, *this),
      core({.self = member_of(i, w), .abi = 1, .modules = {1, 2}, .heartbeat_every = heartbeat_every}, executor) {}

void Pool::Worker::start(TimePoint now) {
  is_started = true;
  LinkOutbox out(links, now);
  core.start(now, out);
}

void Pool::Worker::transmit(WorkerId to, std::span<const char> head, const SharedBytes& body, bool may_overtake) {
  if (to != broker_id && core.find_member(to) == nullptr) {
    // There is no connection any more.
    require(core.peers().is_lost(to), "a worker speaks to one whose address it does not know");
    return;
  }
  auto* receiver = pool.find(to);
  if (!goes_directly(*receiver, may_overtake)) receiver = pool.broker_.get();
  pool.transmit(*this, receiver, {Bytes(head.begin(), head.end()), body});
}

bool Pool::Worker::goes_directly(const Node& to, bool may_overtake) {
  if (to.index == 0 || to.id.host == id.host) return true;
  auto& connection = connections[to.id];
  if (connection.stands_at == never) connection.stands_at = pool.now_ + pool.random_.between(100us, 5ms);
  if (pool.now_ >= connection.stands_at && !pool.is_blocked(*this, to)) connection.stands = true;
  connection.goes_by_broker = !connection.stands || (connection.goes_by_broker && !may_overtake);
  return !connection.goes_by_broker;
}

void Pool::Worker::doubt(WorkerId peer) {
  auto it = connections.find(peer);
  if (it != connections.end() && !it->second.goes_by_broker) connections.erase(it);
}

void Pool::Worker::on_message(WorkerId from, Message message, TimePoint now) {
  require(!core.peers().is_lost(from), "the link let through what a lost worker said");
  bool was_welcome = core.is_welcome();
  LinkOutbox out(links, now);
  core.on_message(from, std::move(message), now, out);
  if (!was_welcome && core.is_welcome() && index == 1) executor.start_main();
}

void Pool::Worker::on_tick(TimePoint now) {
  links.on_tick(now);
  LinkOutbox out(links, now);
  if (now >= core.next_deadline()) core.on_tick(now, out);
}

void Pool::Worker::on_signal(TimePoint now) {
  executor.clear_signal();
  LinkOutbox out(links, now);
  core.on_work(now, out);
}

void Pool::Worker::check(TimePoint) {
  executor.set_pool_size(std::max<std::size_t>(1, core.takers()));
  for (const auto& event : core.take_events()) {
    require(!std::holds_alternative<ResultsRejected>(event),
            "a result was rejected that only its holder can have sent");
    require(!std::holds_alternative<ReleasesRejected>(event),
            "a release was rejected that only its holder can have sent");
    if (auto* lost = std::get_if<PeerLost>(&event); lost != nullptr) {
      const auto& ended = static_cast<const Worker&>(*pool.find(lost->worker.id));
      require(!ended.has_left || lost->restored + lost->failed == 0, "a worker took something away when it left");
      pool.tell(*this, "puts back " + std::to_string(lost->restored) + " and fails " + std::to_string(lost->failed) +
                           " of " + to_string(lost->worker.id));
    }
  }
  require(!core.refused(), "a good worker was refused");
  if (is_alive && core.declared_lost()) {
    require(!static_cast<BrokerNode&>(*pool.broker_).broker.workers().find(id),
            "a worker believes itself lost that is not");
    pool.crash(*this, {.status = 1, .text = "was declared lost"});
  }
  if (index == 1 && executor.main_is_done()) pool.on_main_done(executor);
}

void Pool::Worker::resume_at(TimePoint time) { pool.schedule(time, What::resume, index, ++turn); }

void Pool::Worker::signal() { pool.schedule(pool.now_ + pool.random_.between(1us, 20us), What::signal, index); }

}  // namespace scoop::simulation
