#pragma once
#include <cstdint>
#include <scoop/detail/worker.hpp>
#include <scoop/options.hpp>

namespace scoop::detail {

/// What is shown of a call with a progress label, over all the ranges that it runs; without a label nothing. Lasts
/// until it is dropped and all that it counts is done.
class ProgressLine {
 public:
  /// `total` in elements; 0: not known. Each element is counted in so many passes.
  ProgressLine(const Options& options, std::uint64_t total, std::uint32_t passes = 1) {
    if (options.progress.empty()) [[likely]]
      return;
    enter();
    line_ = scoop_begin_progress({options.progress.data(), options.progress.size()}, total, passes);
  }
  ~ProgressLine() {
    if (line_ != 0) scoop_end_progress(line_);
  }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Before the node is queued; its indices stand for so many elements in all.
  void count(RangeNode& node, std::uint64_t elements) const {
    if (line_ != 0) scoop_count_progress(line_, &node, elements);
  }

 private:
  std::uint64_t line_ = 0;
};

}  // namespace scoop::detail
