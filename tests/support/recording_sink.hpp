#pragma once
#include <deque>
#include <vector>

#include "common/link/link.hpp"

namespace scoop::test {

/// Keeps the frames that leave, for the test to carry over, or not.
class RecordingSink final : public FrameSink {
 public:
  void transmit(WorkerId to, std::span<const char> head, const SharedBytes& body, bool may_overtake) override {
    frames.push_back({to, {head.begin(), head.end()}, body, may_overtake});
  }
  void doubt(WorkerId peer) override { doubted.push_back(peer); }
  void close(WorkerId peer) override { closed.push_back(peer); }

  struct SentFrame {
    WorkerId to;
    Bytes head;
    SharedBytes body;
    bool may_overtake;
  };
  std::deque<SentFrame> frames;
  std::vector<WorkerId> doubted;
  std::vector<WorkerId> closed;
};

}  // namespace scoop::test
