// How long one small task takes to another worker and back, beside the same bytes over bare ZeroMQ sockets:
//
//     raw   program - DEALER - ROUTER of a third process - DEALER - program, and back
//     ours  submit - communication thread - peer's communication thread - worker thread, and back
//
// The other side and the broker are processes of their own. Usage: round_trip [ROUNDS]
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>
#include <zmq.hpp>

#include "support/broker_process.hpp"
#include "support/echo_runtime.hpp"
#include "worker/runtime/comm_thread.hpp"

namespace scoop {
namespace {

constexpr std::size_t payload_bytes = 48;

void report(const char* what, std::vector<double> microseconds) {
  std::ranges::sort(microseconds);
  const auto at = [&](double part) {
    return microseconds[static_cast<std::size_t>(part * static_cast<double>(microseconds.size() - 1))];
  };
  std::printf("%-48s median %6.1f  p10 %6.1f  p90 %6.1f us\n", what, at(0.5), at(0.1), at(0.9));
}

template <class Once>
std::vector<double> measure(int rounds, Once&& once) {
  std::vector<double> microseconds;
  for (int i = 0; i < rounds; ++i) {
    const auto begin = Clock::now();
    once(i);
    microseconds.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  return microseconds;
}

/// A process that does `body` until it is killed, at the latest with this one.
template <class Body>
class Child {
 public:
  explicit Child(Body body) : pid_(::fork()) {
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    body();
    ::_exit(0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_;
};

// --- raw ---

zmq::socket_t dealer(zmq::context_t& context, const std::string& address, const char* name) {
  zmq::socket_t socket(context, zmq::socket_type::dealer);
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::routing_id, name);
  socket.set(zmq::sockopt::reconnect_ivl, 1);
  socket.connect(address);
  return socket;
}

void route(const std::string& address) {
  zmq::context_t context;
  zmq::socket_t router(context, zmq::socket_type::router);
  router.bind(address);
  for (;;) {
    zmq::message_t from;
    zmq::message_t bytes;
    (void)router.recv(from);
    (void)router.recv(bytes);
    router.send(zmq::buffer(from.to_string() == "A" ? "B" : "A", 1), zmq::send_flags::sndmore);
    router.send(bytes, zmq::send_flags::none);
  }
}

void echo(const std::string& address) {
  zmq::context_t context;
  auto socket = dealer(context, address, "B");
  for (;;) {
    zmq::message_t bytes;
    (void)socket.recv(bytes);
    socket.send(bytes, zmq::send_flags::none);
  }
}

void measure_raw(int rounds) {
  const test::TempDir dir;
  const std::string address = "ipc://" + (dir / "raw.sock");
  const Child router([&] { route(address); });
  const Child echoing([&] { echo(address); });
  zmq::context_t context;
  auto socket = dealer(context, address, "A");
  const std::string payload(payload_bytes, 'x');
  zmq::message_t bytes;
  const auto once = [&](int) {
    socket.send(zmq::buffer(payload), zmq::send_flags::none);
    (void)socket.recv(bytes);
  };
  // Until the other side is there, the router drops what is for it.
  socket.set(zmq::sockopt::rcvtimeo, 10);
  do once(0);
  while (bytes.size() != payload_bytes);
  socket.set(zmq::sockopt::rcvtimeo, 1000);
  while (socket.recv(bytes, zmq::recv_flags::dontwait)) {
  }
  measure(rounds / 10, once);
  report("raw DEALER-ROUTER-DEALER", measure(rounds, once));
}

// --- ours ---

struct Worker {
  Worker(const std::string& broker_address, WorkerId id, const std::string& address) : runtime(doorbell) {
    auto pair = *control::make_socket_pair();
    daemon = std::move(pair.ours);
    CommThread::Settings settings;
    settings.core.self = {id, to_string(id), {address}, false};
    settings.broker_address = broker_address;
    comm.emplace(std::move(settings), CommThread::Callbacks{}, control::WorkerSide(std::move(pair.theirs)), runtime,
                 doorbell);
    if (!comm->start() || !comm->wait_until_joined()) std::abort();
  }

  UniqueFd daemon;
  Doorbell doorbell;
  test::EchoRuntime runtime;
  std::optional<CommThread> comm;
};

void measure_ours(int rounds) {
  const test::BrokerProcess broker;
  const Child thief([&] {
    const Worker worker(broker.address(), {0, 2, 1}, broker.ipc("thief"));
    ::pause();
  });
  Worker owner(broker.address(), {0, 1, 1}, broker.ipc("owner"));
  std::size_t submitted = 0;
  const auto submit = [&] { owner.runtime.submit(++submitted, Bytes(payload_bytes, 'x')); };
  const auto blocking = [&](int) {
    submit();
    if (!owner.runtime.wait_for_results(submitted)) std::abort();
  };
  const auto looping = [&](int) {
    submit();
    while (!owner.runtime.has_results(submitted)) ::sched_yield();
  };
  measure(rounds / 10, blocking);
  report("ours, the owner blocks", measure(rounds, blocking));
  report("ours, the owner asks done() in a loop", measure(rounds, looping));
}

}  // namespace
}  // namespace scoop

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(10, std::atoi(argv[1])) : 4000;
  for (int repeat = 0; repeat < 3; ++repeat) {
    scoop::measure_raw(rounds);
    scoop::measure_ours(rounds);
  }
}
