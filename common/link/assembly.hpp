#pragma once
#include <cstdint>
#include <vector>

#include "common/protocol/message.hpp"

namespace scoop {

/// Puts the pieces of a message together, which come in the order in which they left. A part that came in one piece
/// stays where it lies.
class Assembly {
 public:
  /// False: the piece does not fit to those before it, or the message is larger than `most_bytes`. Then all is dropped.
  bool add(const Piece& piece, const SharedBytes& bytes, std::size_t most_bytes);
  bool is_complete() const { return total_ > 0 && received_ == total_; }
  /// The parts as they were encoded; nothing is left.
  std::vector<SharedBytes> take();

 private:
  void append(const SharedBytes& bytes);

  std::uint64_t stream_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t part_end_ = 0;  // of the last part; more of it is to come where it is above `received_`
  std::vector<SharedBytes> parts_;
  Bytes open_part_;
};

}  // namespace scoop
