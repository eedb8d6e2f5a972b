#include "worker/runtime/event_text.hpp"

namespace scoop {
namespace {

struct Writer {
  std::string operator()(const PoolJoined& event) const {
    return "pool joined members=" + std::to_string(event.members);
  }
  std::string operator()(const PeerJoined& event) const {
    return "peer joined worker=" + to_string(event.member.id) + " name=" + event.member.name;
  }
  std::string operator()(const PeerLost& event) const {
    return "peer lost worker=" + to_string(event.worker.id) + " restored=" + std::to_string(event.restored) +
           " failed=" + std::to_string(event.failed) + " cause=\"" + event.worker.cause.text + "\"";
  }
  std::string operator()(const ResultsRejected& event) const {
    return "results rejected worker=" + to_string(event.from) + " count=" + std::to_string(event.count);
  }
  std::string operator()(const ReleasesRejected& event) const {
    return "releases rejected worker=" + to_string(event.from) + " count=" + std::to_string(event.count);
  }
  std::string operator()(const DrainBegun&) const { return "drain begun"; }
};

}  // namespace

std::string to_text(const WorkerEvent& event) { return std::visit(Writer{}, event); }

}  // namespace scoop
