#include "tests/simulation/program.hpp"

#include <algorithm>

namespace scoop::simulation {

namespace {

using namespace std::chrono_literals;

enum class Order { first, last, random };

class Maker {
 public:
  Maker(std::size_t size, Random& random) : size_(size), random_(random) {
    unit_ = random_.magnitude(1us, 1ms);
    polls_ = random_.chance(0.2);
    cancels_ = random_.chance(0.15);
    retries_ = random_.chance(0.1) ? 0 : 20;
    unsendable_ = random_.chance(0.03) ? 0.02 : 0;
    padding_ = random_.chance(0.1) ? 6000 : 0;
    order_ = static_cast<Order>(random_.below(3));
  }

  Program make() {
    add();  // main
    switch (random_.below(6)) {
      case 0:
        flat(0, size_ - 1);
        break;
      case 1:
        tree(0, size_ - 1, 2);
        break;
      case 2:
        tree(0, size_ - 1, 1 + random_.below(8));
        break;
      case 3:
        ranges();
        break;
      case 4:
        one_by_one();
        break;
      default:
        mixed(0, size_ - 1);
        break;
    }
    give_values(program_);
    return std::move(program_);
  }

 private:
  std::uint32_t add() {
    program_.tasks.emplace_back();
    auto& task = program_.tasks.back();
    task.retries = retries_;
    task.can_be_sent = !random_.chance(unsendable_);
    if (padding_ > 0 && random_.chance(0.2)) task.padding = static_cast<std::uint32_t>(random_.below(padding_));
    return static_cast<std::uint32_t>(program_.tasks.size() - 1);
  }
  std::uint32_t add_leaf() {
    auto task = add();
    compute(task);
    return task;
  }
  std::uint32_t add_range() {
    auto task = add();
    auto elements = 1 + random_.below(random_.chance(0.5) ? 50 : 3000);
    auto whole = random_.between(unit_, 200 * unit_);
    // It would take too long to watch.
    if (whole > 200ms) whole = 200ms;
    auto child = random_.chance(0.2) ? add_leaf() : 0;
    auto& plan = program_.tasks[task];
    plan.elements = elements;
    plan.per_element = std::max<Duration>(1ns, whole / static_cast<Duration::rep>(elements));
    plan.element_child = child;
    return task;
  }
  void compute(std::uint32_t task) { step(task, {Step::Kind::compute, random_.between(unit_ / 2, 2 * unit_), 0}); }
  void step(std::uint32_t task, Step step) { program_.tasks[task].steps.push_back(step); }
  void submit(std::uint32_t task, std::uint32_t child) { step(task, {Step::Kind::submit, {}, child}); }
  void wait(std::uint32_t task, std::uint32_t child) {
    if (cancels_ && random_.chance(0.1)) step(task, {Step::Kind::cancel, {}, child});
    auto kind = polls_ && random_.chance(0.5) ? Step::Kind::poll : Step::Kind::wait;
    step(task, {kind, {}, child});
  }
  void wait_all(std::uint32_t task, std::vector<std::uint32_t> children) {
    if (order_ == Order::last) std::ranges::reverse(children);
    if (order_ == Order::random)
      for (auto i = children.size(); i > 1; --i) std::swap(children[i - 1], children[random_.below(i)]);
    for (auto child : children) {
      wait(task, child);
      if (random_.chance(0.2)) compute(task);
    }
  }

  void flat(std::uint32_t parent, std::size_t count) {
    std::vector<std::uint32_t> children;
    for (std::size_t i = 0; i < count; ++i) {
      children.push_back(add_leaf());
      submit(parent, children.back());
      if (random_.chance(0.1)) compute(parent);
    }
    wait_all(parent, children);
  }
  void tree(std::uint32_t parent, std::size_t below, std::size_t width) {
    compute(parent);
    std::vector<std::uint32_t> children;
    for (std::size_t i = 0; i < width && below > 0; ++i) {
      auto part = (below + width - i - 1) / (width - i);
      below -= part;
      auto child = add();
      children.push_back(child);
      submit(parent, child);
      tree(child, part - 1, width);
    }
    wait_all(parent, children);
    compute(parent);
  }
  void ranges() {
    std::vector<std::uint32_t> children;
    for (auto count = 1 + random_.below(5); count > 0; --count) {
      auto child = add_range();
      submit(0, child);
      if (random_.chance(0.5))
        wait(0, child);
      else
        children.push_back(child);
    }
    wait_all(0, children);
  }
  void one_by_one() {
    polls_ = random_.chance(0.5);
    for (std::size_t i = 1; i < size_; ++i) {
      auto child = add_leaf();
      submit(0, child);
      wait(0, child);
    }
  }
  void mixed(std::uint32_t parent, std::size_t below) {
    std::vector<std::uint32_t> children;
    while (below > 0) {
      auto part = 1 + random_.below(below);
      below -= part;
      bool is_range = random_.chance(0.1);
      auto child = is_range ? add_range() : add();
      submit(parent, child);
      if (!is_range) {
        compute(child);
        mixed(child, part - 1);
      }
      if (random_.chance(0.2))
        wait(parent, child);
      else
        children.push_back(child);
      if (random_.chance(0.3)) compute(parent);
    }
    wait_all(parent, children);
  }

  std::size_t size_;
  Random& random_;
  Program program_;
  Duration unit_;
  bool polls_;
  bool cancels_;
  std::uint32_t retries_;
  double unsendable_;
  std::uint64_t padding_;
  Order order_;
};

}  // namespace

void give_values(Program& program) {
  auto& tasks = program.tasks;
  for (auto task = static_cast<std::uint32_t>(tasks.size()); task-- > 0;) {
    auto& plan = tasks[task];
    std::uint64_t sum = 0;
    for (const auto& step : plan.steps)
      if (step.kind == Step::Kind::submit) sum += tasks[step.child].value;
    for (std::uint64_t i = 0; i < plan.elements; ++i) {
      sum += program.element_value(task, i);
      if (program.has_child(plan, i)) sum += tasks[plan.element_child].value;
    }
    plan.value = plan.elements > 0 ? sum : program.combine(task, sum);
  }
}

Program make_program(std::size_t size, Random& random) { return Maker(size, random).make(); }

}  // namespace scoop::simulation
