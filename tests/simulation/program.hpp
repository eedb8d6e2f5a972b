#pragma once
#include <cstdint>
#include <vector>

#include "common/base/clock.hpp"
#include "tests/simulation/random.hpp"

namespace scoop::simulation {

/// What a simulated task does, one after the other.
struct Step {
  enum class Kind { compute, submit, wait, poll, cancel };
  Kind kind;
  Duration time{};        // compute
  std::uint32_t child{};  // else: which task of the program
};

/// One task of a program: single, or over [0, elements). Each runs once in the program's own eyes, though a lost worker
/// may make parts of it run again.
struct TaskPlan {
  std::vector<Step> steps;          // single
  std::uint64_t elements = 0;       // 0: single
  Duration per_element{};           // range
  std::uint32_t element_child = 0;  // range: every 16th element submits this task and waits for it; 0: none
  std::uint32_t retries = 0;
  bool can_be_sent = true;
  std::uint32_t padding = 0;  // bytes more in its encoded work and results

  std::uint64_t value = 0;  // what it has to give
};

/// A tree of tasks; the first is what main does.
struct Program {
  std::vector<TaskPlan> tasks;

  bool has_child(const TaskPlan& range, std::uint64_t element) const {
    return range.element_child != 0 && element % 16 == 0;
  }
  /// What one element adds to the range's value, beside its child: each something else.
  std::uint64_t element_value(std::uint32_t task, std::uint64_t element) const {
    return mix(std::uint64_t{task} << 32 | element);
  }
  std::uint64_t combine(std::uint32_t task, std::uint64_t sum_of_children) const { return mix(task) ^ sum_of_children; }
};

/// What each task has to give, of a program that has all its steps. A child must come after its parent.
void give_values(Program& program);

/// About `size` tasks in one of several shapes.
Program make_program(std::size_t size, Random& random);

}  // namespace scoop::simulation
