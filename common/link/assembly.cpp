#include "common/link/assembly.hpp"

#include <utility>

namespace scoop {

bool Assembly::add(const Piece& piece, const SharedBytes& bytes, std::size_t most_bytes) {
  if (piece.offset == 0) {
    *this = {};
    stream_ = piece.stream;
    total_ = piece.total;
  }
  const bool begins_part = received_ == part_end_;
  const bool fits = piece.stream == stream_ && piece.total == total_ && piece.offset == received_ && !bytes.empty() &&
                    (begins_part || piece.part_end == part_end_) && piece.part_end <= total_ &&
                    piece.offset < piece.part_end && bytes.size() <= piece.part_end - piece.offset &&
                    total_ <= most_bytes;
  if (!fits) {
    *this = {};
    return false;
  }
  part_end_ = piece.part_end;
  append(bytes);
  return true;
}

void Assembly::append(const SharedBytes& bytes) {
  received_ += bytes.size();
  const bool is_whole = open_part_.empty() && received_ == part_end_;
  if (is_whole) {
    parts_.push_back(bytes);
    return;
  }
  // Once; memory that is not touched costs nothing.
  if (open_part_.empty()) open_part_.reserve(part_end_ - received_ + bytes.size());
  open_part_.insert(open_part_.end(), bytes.begin(), bytes.end());
  if (received_ == part_end_) parts_.emplace_back(std::exchange(open_part_, {}));
}

std::vector<SharedBytes> Assembly::take() { return std::exchange(*this, {}).parts_; }

}  // namespace scoop
