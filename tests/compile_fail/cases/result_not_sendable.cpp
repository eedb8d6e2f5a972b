// Expect: write MSGPACK_DEFINE(members...) into it
#include <mutex>
#include <scoop/futures.hpp>

struct Locked {
  std::mutex mutex;
  explicit Locked(int) {}
  Locked(Locked&&) {}
};

Locked make(int x) { return Locked(x); }

int main() {
  auto future = scoop::futures::submit(make, 1);
  future.result();
}
