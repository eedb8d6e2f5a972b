// zmq_vectors [COUNT]: 4 MiB of doubles to another process and back, one vector at a time, over bare sockets as workers
// have them: each binds a ROUTER to receive on and sends on a DEALER. From a vector, and into a new one, on each side.
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "bench/peers/child.hpp"
#include "bench/peers/raw_socket.hpp"
#include "bench/stopwatch.hpp"

namespace {

constexpr std::size_t elements = (4u << 20) / sizeof(double);

class Side {
 public:
  Side(const std::string& own, const std::string& other)
      : in_(bench::router(context_, own)), out_(bench::dealer(context_, other, own)) {}

  void send(const std::vector<double>& values) {
    out_.send(zmq::buffer(values.data(), values.size() * sizeof(double)), zmq::send_flags::none);
  }
  std::vector<double> receive() {
    zmq::message_t from;
    zmq::message_t bytes;
    (void)in_.recv(from);
    (void)in_.recv(bytes);
    const auto* first = bytes.data<double>();
    return {first, first + bytes.size() / sizeof(double)};
  }

 private:
  zmq::context_t context_;
  zmq::socket_t in_;
  zmq::socket_t out_;
};

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 100;
  const bench::SocketDir dir;
  const std::string here = dir.address("here");
  const std::string there = dir.address("there");
  const bench::Child answering([&] {
    Side side(there, here);
    for (;;) {
      std::vector<double> values = side.receive();
      values.front() = 1;
      side.send(values);
    }
  });
  Side side(here, there);
  std::vector<double> values(elements, 1.5);
  const auto once = [&] {
    values.front() = 0;
    side.send(values);
    values = side.receive();
  };
  once();
  const double seconds = bench::seconds_of([&] {
    for (int i = 0; i < count; ++i) once();
  });
  if (values.size() != elements || values.front() != 1 || values.back() != 1.5) return 1;
  bench::report("raw_both_ways", 2.0 * elements * sizeof(double) * count / seconds / 1e6, "MB/s");
}
