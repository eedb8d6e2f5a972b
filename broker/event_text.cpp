#include "broker/event_text.hpp"

namespace scoop {
namespace {

struct Writer {
  EventText operator()(const WorkerJoined& event) const {
    return {LogLevel::debug, "worker joined worker=" + to_string(event.member.id) + " name=" + event.member.name};
  }
  EventText operator()(const WorkerRefused& event) const {
    return {LogLevel::error, "Worker " + event.member.name + " was refused: " + event.reason};
  }
  // Of processes that ended the launcher tells the user, where it matters.
  EventText operator()(const WorkerGone& event) const {
    if (event.was_silent) {
      return {LogLevel::warn,
              event.worker.name + " was " + event.worker.cause.text + "; its tasks go to other workers."};
    }
    return {LogLevel::debug, "worker lost worker=" + to_string(event.worker.id) + " name=" + event.worker.name +
                                 " cause=\"" + event.worker.cause.text + "\""};
  }
  EventText operator()(const WorkerLeft& event) const {
    return {LogLevel::debug, "worker left worker=" + to_string(event.worker)};
  }
  EventText operator()(const FeedOrdered& event) const {
    return {LogLevel::trace, "feed ordered thief=" + to_string(event.thief) + " victim=" + to_string(event.victim)};
  }
  EventText operator()(const BrokerPaused& event) const {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(event.lateness).count();
    return {LogLevel::warn, "The broker was not run for " + std::to_string(ms) + " ms."};
  }
};

}  // namespace

EventText to_text(const BrokerEvent& event) { return std::visit(Writer{}, event); }

}  // namespace scoop
