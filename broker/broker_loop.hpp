#pragma once
#include <span>

#include "broker/broker.hpp"
#include "common/base/log.hpp"
#include "common/base/warning_limit.hpp"
#include "common/control/channel.hpp"
#include "common/link/link_set.hpp"
#include "common/transport/broker_endpoint.hpp"
#include "common/transport/refusal_report.hpp"

namespace scoop {

/// Sockets, links, timers and the launcher's channel around the broker's decisions.
///
/// Threads: one. Sleeps until a frame, a word of the launcher or a deadline.
/// Errors:  whatever workers send is survived: what cannot be read is counted, reported now and then, and dropped.
class BrokerLoop final : private FrameSink {
 public:
  BrokerLoop(BrokerSettings settings, BrokerEndpoint& endpoint, control::BrokerSide& launcher, const Log& log);

  /// Returns when the launcher's end of the channel is gone: the broker's lease is over.
  void run();

 private:
  void transmit(WorkerId to, std::span<const char> head, const SharedBytes& body, bool) override {
    endpoint_.send(to, head, body);
  }
  void doubt(WorkerId) override {}  // workers have one way to the broker
  void close(WorkerId) override {}  // workers open and close their connections to the broker themselves

  void read_frames();
  Status read_frame(const WorkerFrame& arrived, TimePoint now);
  void relay(const FrameHeader& header, const Frame& frame);
  void read_launcher();
  void handle(const control::BrokerPlan& plan);
  void handle(const control::Ended& ended);
  void handle(const control::Listen& listen);
  void handle(const control::DrainWorker& drain);
  void handle(const control::AskLoads& ask);
  void keep_deadlines();
  void tell_events();
  void sleep();

  BrokerEndpoint& endpoint_;
  control::BrokerSide& launcher_;
  const Log& log_;
  LinkSet links_;
  Broker broker_;
  WarningLimit damaged_frames_;
  RefusalReport refusals_;
};

}  // namespace scoop
