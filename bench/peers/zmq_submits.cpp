// zmq_submits [COUNT] [WORKERS]: one task a message: the client keeps 1000 under way, the broker hands them to its
// workers in turn and passes their results back.
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <vector>

#include "bench/peers/child.hpp"
#include "bench/peers/raw_socket.hpp"
#include "bench/stopwatch.hpp"

namespace {

constexpr int window = 1000;

struct Task {
  std::int64_t id;
  std::int64_t argument;
};

void run_broker(const std::string& address, int workers) {
  zmq::context_t context;
  zmq::socket_t socket = bench::router(context, address);
  zmq::message_t from;
  zmq::message_t task;
  for (int next = 0;;) {
    (void)socket.recv(from);
    (void)socket.recv(task);
    if (from.to_string_view() == "client") {
      socket.send(zmq::buffer(std::to_string(next)), zmq::send_flags::sndmore);
      next = (next + 1) % workers;
    } else {
      socket.send(zmq::buffer("client", 6), zmq::send_flags::sndmore);
    }
    socket.send(task, zmq::send_flags::none);
  }
}

void run_worker(const std::string& address, int number) {
  zmq::context_t context;
  zmq::socket_t socket = bench::dealer(context, address, std::to_string(number));
  zmq::message_t message;
  for (;;) {
    (void)socket.recv(message);
    Task task = *message.data<Task>();
    task.argument *= task.argument;
    socket.send(zmq::buffer(&task, sizeof task), zmq::send_flags::none);
  }
}

class Client {
 public:
  explicit Client(const std::string& address) : socket_(bench::dealer(context_, address, "client")) {}

  void send(std::int64_t id) {
    const Task task{id, id};
    socket_.send(zmq::buffer(&task, sizeof task), zmq::send_flags::none);
  }
  bool receive() { return socket_.recv(message_).has_value(); }
  const Task& task() const { return *message_.data<Task>(); }
  /// Until all workers have answered, the broker drops what is for them.
  void wait_for(int workers) {
    socket_.set(zmq::sockopt::rcvtimeo, 20);
    for (int answers = 0; answers < workers;) {
      answers = 0;
      for (int i = 0; i < workers; ++i) send(0);
      while (receive()) ++answers;
    }
    socket_.set(zmq::sockopt::rcvtimeo, -1);
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_;
  zmq::message_t message_;
};

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 200'000;
  const int workers = argc > 2 ? std::atoi(argv[2]) : 2;
  const bench::SocketDir dir;
  const std::string address = dir.address("broker");
  const bench::Child broker([&] { run_broker(address, workers); });
  std::deque<bench::Child> children;
  for (int i = 0; i < workers; ++i) children.emplace_back([&] { run_worker(address, i); });

  Client client(address);
  client.wait_for(workers);
  std::vector<std::int64_t> results(static_cast<std::size_t>(count));
  const double seconds = bench::seconds_of([&] {
    for (int sent = 0, received = 0; received < count; ++received) {
      for (; sent < count && sent - received < window; ++sent) client.send(sent);
      (void)client.receive();
      results[static_cast<std::size_t>(client.task().id)] = client.task().argument;
    }
  });
  bench::report("one_task_a_message", count / seconds / 1e3, "k/s");
  for (int i = 0; i < count; ++i)
    if (results[static_cast<std::size_t>(i)] != static_cast<std::int64_t>(i) * i) return 1;
}
