#include "worker/runtime/constants.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/members.hpp"
#include "support/recording_outbox.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

constexpr WorkerId self{0, 1, 1}, near{0, 2, 1}, far{1, 0, 1}, farther{2, 0, 1};
const std::string small = "bytes";

SharedBytes shared(const std::string& text) { return Bytes(text.begin(), text.end()); }

UniqueFd sealed(const std::string& text) {
  auto memory = NewMemory::make(text.size());
  REQUIRE(memory);
  REQUIRE(memory->write(0, text));
  auto fd = std::move(*memory).seal();
  REQUIRE(fd);
  return *std::move(fd);
}

ConstantFound found(std::uint64_t size, std::vector<std::uint16_t> hosts) {
  return {{"c", "text", "hash", size}, std::move(hosts)};
}

/// Constants of a worker on host 0, with what they said.
struct Bench {
  Peers peers;
  Constants constants{0, peers};
  RecordingOutbox out;
  TimePoint now{};
  std::vector<ConstantAction> actions;

  Bench() {
    for (const auto id : {self, near, far, farther}) peers.learn(member(id));
  }

  void get(TaskHandle asker, const std::string& type = "text") {
    constants.on_request({asker, "c", type, std::nullopt}, out);
  }
  void set(TaskHandle asker, const std::string& hash = "hash") {
    constants.on_request({asker, "c", "text", NewConstant{hash, sealed(small), shared(small)}}, out);
  }
  void lose(WorkerId worker) {
    peers.lose(lost(worker));
    constants.on_lost(worker, now, out);
  }
  void part(WorkerId from, std::uint64_t offset, const std::string& bytes) {
    constants.on_part(from, {"c", "hash", offset, shared(bytes)}, now, out);
  }
  /// A pull of so many bytes from host 1.
  void begin_pull(std::uint64_t size) {
    get(7);
    constants.on_found(found(size, {1}), now, out);
    constants.on_pull(key, now, out);
    out.take<FindConstant>(broker_id);
    actions = constants.take_actions();
  }

  template <class Message>
  std::vector<Message> told_daemon() {
    std::vector<Message> told;
    take_actions();
    for (const auto& action : actions) {
      const auto* tell = std::get_if<TellDaemon>(&action);
      const auto* message = tell == nullptr ? nullptr : std::get_if<Message>(&tell->message);
      if (message != nullptr) told.push_back(*message);
    }
    std::erase_if(actions, [](const auto& action) { return std::holds_alternative<TellDaemon>(action); });
    return told;
  }
  std::vector<AnswerConstant> answers() {
    take_actions();
    std::vector<AnswerConstant> all;
    for (const auto& action : actions) {
      if (const auto* answer = std::get_if<AnswerConstant>(&action)) all.push_back(*answer);
    }
    actions.clear();
    return all;
  }
  void take_actions() {
    for (auto& action : constants.take_actions()) actions.push_back(std::move(action));
  }

  const control::ConstantKey key{"c", "hash"};
};

std::string text_of(const SharedBytes& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

TEST_CASE("Constants give memory to the daemon, then the name to the broker, then answer") {
  Bench bench;
  bench.set(1);
  CHECK(bench.told_daemon<control::PutConstant>().size() == 1);
  CHECK(bench.out.empty());
  bench.constants.on_stored(bench.key, bench.out);
  CHECK(bench.out.take<SetConstant>(broker_id).size() == 1);
  CHECK(bench.answers().empty());
  bench.constants.on_found(found(small.size(), {0}), bench.now, bench.out);
  const auto answers = bench.answers();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].asker == 1);
  CHECK_FALSE(answers[0].answer.is_taken);
}

TEST_CASE("Constants tell who sets a name that has other bytes, and drop the memory") {
  Bench bench;
  bench.set(1, "other");
  bench.constants.on_stored({"c", "other"}, bench.out);
  bench.constants.on_found(found(3, {1}), bench.now, bench.out);
  CHECK(bench.told_daemon<control::DropConstant>().size() == 1);
  const auto answers = bench.answers();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].answer.is_taken);
  CHECK(answers[0].answer.type == "text");
}

TEST_CASE("Constants ask broker and daemon once for all that wait") {
  Bench bench;
  bench.get(1);
  bench.get(2);
  CHECK(bench.out.take<FindConstant>(broker_id).size() == 1);
  bench.constants.on_found(found(small.size(), {0}), bench.now, bench.out);
  CHECK(bench.told_daemon<control::TakeConstant>().size() == 1);
  bench.get(3);
  CHECK(bench.told_daemon<control::TakeConstant>().empty());
  bench.constants.on_given(bench.key, sealed(small), bench.out);
  const auto answers = bench.answers();
  REQUIRE(answers.size() == 3);
  for (const auto& answer : answers) CHECK(text_of(answer.answer.bytes) == small);
  bench.get(4);
  CHECK(bench.answers().size() == 1);
  CHECK(bench.out.empty());
}

TEST_CASE("Constants fetch nothing for those who want another type") {
  Bench bench;
  bench.get(1, "number");
  bench.constants.on_found(found(small.size(), {1}), bench.now, bench.out);
  CHECK(bench.told_daemon<control::TakeConstant>().empty());
  const auto answers = bench.answers();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].answer.type == "text");
}

TEST_CASE("Constants say that no more files may be opened, and try again for who asks later") {
  Bench bench;
  bench.get(1);
  bench.constants.on_found(found(small.size(), {0}), bench.now, bench.out);
  bench.constants.on_given(bench.key, UniqueFd(), bench.out);
  CHECK(bench.told_daemon<control::TakeConstant>().size() == 1);
  CHECK(bench.answers().at(0).answer.failure.find("ulimit -n") != std::string::npos);
  bench.get(2);
  CHECK(bench.told_daemon<control::TakeConstant>().size() == 1);
}

TEST_CASE("Constants pull in parts, two at a time, and give what came to the daemon") {
  Bench bench;
  const auto size = 2 * Constants::part_bytes + 3;
  bench.begin_pull(size);
  CHECK(bench.out.take<AskConstant>(far).size() == 2);
  const std::string whole(Constants::part_bytes, 'x');
  bench.part(far, 0, whole);
  const auto last = bench.out.take<AskConstant>(far);
  REQUIRE(last.size() == 1);
  CHECK(last[0].offset == 2 * Constants::part_bytes);
  CHECK(last[0].bytes == 3);
  bench.part(far, Constants::part_bytes, whole);
  bench.part(far, 2 * Constants::part_bytes, "end");
  CHECK(bench.told_daemon<control::PutConstant>().size() == 1);
  CHECK(bench.answers().empty());
  bench.constants.on_stored(bench.key, bench.out);
  CHECK(bench.out.take<ConstantHeld>(broker_id).size() == 1);
  const auto answers = bench.answers();
  REQUIRE(answers.size() == 1);
  CHECK(text_of(answers[0].answer.bytes) == whole + whole + "end");
}

TEST_CASE("Constants go on with another host where the one that they ask is lost, or has it not") {
  Bench bench;
  const auto size = 3 * Constants::part_bytes;
  const std::string whole(Constants::part_bytes, 'x');
  bench.begin_pull(size);
  bench.out.take<AskConstant>(far);
  bench.part(far, 0, whole);
  bench.out.take<AskConstant>(far);
  SUBCASE("lost") { bench.lose(far); }
  SUBCASE("without") { bench.part(far, Constants::part_bytes, ""); }
  CHECK(bench.out.take<AskConstant>(farther).empty());
  bench.now = bench.constants.next_deadline();
  bench.constants.on_tick(bench.now, bench.out);
  CHECK(bench.out.take<FindConstant>(broker_id).size() == 1);
  bench.constants.on_found(found(size, {1, 2}), bench.now, bench.out);
  const auto asked = bench.out.take<AskConstant>(farther);
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].offset == Constants::part_bytes);
}

TEST_CASE("Constants give up when all hosts that had it stay lost") {
  Bench bench;
  bench.begin_pull(3);
  bench.lose(far);
  const auto end = bench.now + Constants::holder_limit + Constants::look_again;
  while (bench.constants.next_deadline() <= end) {
    bench.now = bench.constants.next_deadline();
    bench.constants.on_tick(bench.now, bench.out);
  }
  const auto failed = bench.told_daemon<control::FailConstant>();
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].reason == "the hosts that had it were lost");
  bench.constants.on_refused(bench.key, failed[0].reason, bench.out);
  CHECK(bench.answers().at(0).answer.failure == failed[0].reason);
}

TEST_CASE("Constants send another host what it asks for, once they have it") {
  Bench bench;
  bench.constants.on_asked(far, {"c", "hash", 2, 100}, bench.out);
  CHECK(bench.out.take<FindConstant>(broker_id).size() == 1);
  bench.constants.on_found(found(small.size(), {0}), bench.now, bench.out);
  CHECK(bench.told_daemon<control::TakeConstant>().size() == 1);
  bench.constants.on_given(bench.key, sealed(small), bench.out);
  const auto parts = bench.out.take<ConstantPart>(far);
  REQUIRE(parts.size() == 1);
  CHECK(text_of(parts[0].bytes) == small.substr(2));
  bench.constants.on_asked(farther, {"c", "hash", 0, 1}, bench.out);
  CHECK(text_of(bench.out.take<ConstantPart>(farther).at(0).bytes) == "b");
}

TEST_CASE("Constants get what they are told of unasked, since its host leaves") {
  Bench bench;
  bench.constants.on_found(found(small.size(), {1}), bench.now, bench.out);
  CHECK(bench.told_daemon<control::TakeConstant>().size() == 1);
  bench.constants.on_given(bench.key, sealed(small), bench.out);
  CHECK(bench.out.take<ConstantHeld>(broker_id).size() == 1);
}

TEST_CASE("Constants are awaited while one that is set is on its way") {
  Bench bench;
  bench.get(7);
  CHECK_FALSE(bench.constants.is_awaited());  // another task may have to set it
  bench.constants.on_found(found(small.size(), {1}), bench.now, bench.out);
  CHECK(bench.constants.is_awaited());
  bench.constants.on_given(bench.key, sealed(small), bench.out);
  CHECK_FALSE(bench.constants.is_awaited());
}
