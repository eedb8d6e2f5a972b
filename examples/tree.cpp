// A tree whose branches are grown, and then summed up, by futures of futures. The tree itself travels as a value.
#include <scoop/futures.hpp>

#include <cstdio>
#include <functional>
#include <ranges>
#include <utility>
#include <vector>
namespace futures = scoop::futures;

struct Node {
  int value = 0;
  std::vector<Node> children;
};

/// A node with three children down to `depth`; numbered level by level, the root is 0.
Node grow(int value, int depth) {
  Node node{value, {}};
  if (depth > 0) {
    const int first = 3 * value + 1;
    node.children = futures::map(grow, std::views::iota(first, first + 3), std::vector(3, depth - 1)).get();
  }
  return node;
}

long sum(Node node) {
  return node.value + futures::mapReduce(sum, std::plus<>(), scoop::initial(0L), std::move(node.children));
}

int main() {
  constexpr int depth = 6;                                                      // 1093 nodes
  std::printf("The numbers in the tree add up to %ld\n", sum(grow(0, depth)));  // 1092 * 1093 / 2
}
