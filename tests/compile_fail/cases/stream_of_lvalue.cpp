// Expect: cannot be copied; pass it with std::move
#include <ranges>
#include <scoop/futures.hpp>

int twice(int x) { return 2 * x; }

struct Numbers : std::ranges::view_interface<Numbers> {
  struct iterator {
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    int operator*() const { return 0; }
    iterator& operator++() { return *this; }
    void operator++(int) {}
    bool operator==(std::default_sentinel_t) const { return false; }
  };
  Numbers() = default;
  Numbers(Numbers&&) = default;
  Numbers& operator=(Numbers&&) = default;
  iterator begin() { return {}; }
  std::default_sentinel_t end() const { return {}; }
};

int main() {
  Numbers numbers;
  return *scoop::futures::map(twice, numbers).begin();
}
