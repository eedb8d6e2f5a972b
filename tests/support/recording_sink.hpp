#pragma once
#include <deque>
#include <utility>
#include <vector>

#include "common/link/link.hpp"

namespace scoop::test {

/// Keeps the frames that leave, for the test to carry over, or not.
class RecordingSink final : public FrameSink {
 public:
  void transmit(WorkerId to, std::span<const char> frame) override {
    frames.emplace_back(to, Bytes(frame.begin(), frame.end()));
  }
  void close(WorkerId peer) override { closed.push_back(peer); }

  std::deque<std::pair<WorkerId, Bytes>> frames;
  std::vector<WorkerId> closed;
};

}  // namespace scoop::test
