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

// --- broker ---

Pool::BrokerNode::BrokerNode(Pool& p, TimePoint now)
    : Node(p, 0, broker_id), broker({.lost_after = lost_after, .check_every = 200ms}, now) {}

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

void Pool::BrokerNode::check(TimePoint) {
  for (const auto& event : broker.take_events()) {
    require(!std::holds_alternative<WorkerRefused>(event), "a good worker was refused");
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

void Pool::Worker::transmit(WorkerId to, std::span<const char> head, const SharedBytes& body) {
  if (to != broker_id && core.find_member(to) == nullptr) {
    // There is no connection any more.
    require(core.peers().is_lost(to), "a worker speaks to one whose address it does not know");
    return;
  }
  Node::transmit(to, head, body);
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
  executor.set_pool_size(std::max<std::size_t>(1, core.pool_size()));
  for (const auto& event : core.take_events()) {
    require(!std::holds_alternative<ResultsRejected>(event),
            "a result was rejected that only its holder can have sent");
    require(!std::holds_alternative<ReleasesRejected>(event),
            "a release was rejected that only its holder can have sent");
    if (auto* lost = std::get_if<PeerLost>(&event))
      pool.tell(*this, "puts back " + std::to_string(lost->restored) + " and fails " + std::to_string(lost->failed) +
                           " of " + to_string(lost->worker.id));
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
