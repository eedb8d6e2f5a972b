#include "worker/runtime/constant_table.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/base/content_hash.hpp"
#include "common/process/sealed_memory.hpp"
#include "worker/runtime/executor.hpp"

namespace scoop {

using detail::ConstantState;
using detail::Node;

/// What tasks wait for until the answer is there.
struct ConstantTable::Query : Node {
  Query() : Node(&type) {}

  static const char* name() { return "shared constant"; }
  static void receive(Node* node, std::uint64_t, std::uint64_t, detail::Reader*) { node->done = true; }
  static constexpr detail::TaskType type{detail::own_abi, 0,       &name,    nullptr, nullptr,
                                         nullptr,         nullptr, &receive, nullptr, nullptr};

  TaskHandle handle() { return reinterpret_cast<TaskHandle>(static_cast<Node*>(this)); }

  const TimePoint asked_at = Clock::now();
  std::optional<ConstantAnswer> answer;
};

namespace {

// It goes to the daemon, whose frames are bounded.
constexpr std::size_t longest_name = 1000;
// An answer comes within it, if there is one and the constant is on this host. If a worker began other tasks meanwhile,
// all of them might come to wait here, and other workers would get none.
constexpr auto usual_answer = std::chrono::milliseconds(20);
constexpr char too_long[] = "scoop: the name of a shared constant has more than 1000 bytes; give it a shorter one";

ConstantState say(detail::Writer& error, ConstantState state, const std::string& sentence) {
  error.write(sentence.data(), sentence.size());
  return state;
}

std::string quoted(std::string_view name) { return "scoop: the shared constant \"" + std::string(name) + "\" "; }

}  // namespace

ConstantState ConstantTable::set(std::string_view name, const std::string& type, std::span<const char> bytes,
                                 detail::Writer& error) {
  if (name.size() > longest_name) return say(error, ConstantState::failed, too_long);
  auto value = write(bytes);
  if (!value) return say(error, ConstantState::failed, quoted(name) + "cannot be set: " + value.failure().message);
  // On the heap: fibers' stacks are handed on where a program ends within a wait.
  const auto query = std::make_shared<Query>();
  ask(*query, std::string(name), type, *std::move(value));
  executor_.wait(*query, 1);
  const ConstantAnswer& answer = answer_of(*query);
  if (!answer.failure.empty()) {
    return say(error, ConstantState::failed, quoted(name) + "cannot be set: " + answer.failure);
  }
  if (!answer.is_taken) return ConstantState::done;
  return say(error, ConstantState::exists,
             quoted(name) + "was set to another value already, as " + answer.type + "; set each name once");
}

Result<NewConstant> ConstantTable::write(std::span<const char> bytes) {
  auto memory = NewMemory::make(bytes.size());
  if (!memory) return memory.failure();
  if (const auto written = memory->write(0, bytes); !written) return written.failure();
  auto sealed = std::move(*memory).seal();
  if (!sealed) return sealed.failure();
  auto mapped = map_sealed(*sealed);
  if (!mapped) return mapped.failure();
  ContentHash hash;
  hash.add({mapped->data(), mapped->size()});
  return NewConstant{hash.digits(), *std::move(sealed), *std::move(mapped)};
}

ConstantState ConstantTable::get(std::string_view name, const std::string& type, TimePoint deadline, const char* when,
                                 detail::ByteView& bytes, detail::Writer& error) {
  if (name.size() > longest_name) return say(error, ConstantState::failed, too_long);
  auto key = std::pair(std::string(name), type);
  auto& entry = queries_[key];
  if (!entry || (entry->answer && !entry->answer->failure.empty())) {
    entry = std::make_shared<Query>();
    ask(*entry, key.first, type, std::nullopt);
  }
  const auto query = entry;  // another task may ask anew meanwhile
  executor_.wait_here(*query, std::min(deadline, query->asked_at + usual_answer));
  if (deadline == never) {
    executor_.wait(*query, 1);
  } else if (!executor_.wait_until(*query, 1, deadline)) {
    return say(error, ConstantState::timed_out,
               quoted(name) + "is not set " + when + "; set it with scoop::shared::setConst");
  }
  const ConstantAnswer& answer = answer_of(*query);
  if (!answer.failure.empty()) {
    return say(error, ConstantState::failed, quoted(name) + "cannot be had: " + answer.failure);
  }
  if (answer.type != type) {
    return say(error, ConstantState::other_type,
               quoted(name) + "was set as " + answer.type + " and not as " + type + "; ask for the type that was set");
  }
  bytes = {answer.bytes.data(), answer.bytes.size()};
  return ConstantState::done;
}

void ConstantTable::ask(Query& query, std::string name, std::string type, std::optional<NewConstant> value) {
  if (!is_in_pool_) return decide(query, name, type, std::move(value));
  desk_.ask({query.handle(), std::move(name), std::move(type), std::move(value)});
  executor_.ring();
}

const ConstantAnswer& ConstantTable::answer_of(Query& query) {
  if (!query.answer) query.answer = desk_.take_answer(query.handle());
  return *query.answer;
}

/// In a process that is alone.
void ConstantTable::decide(Query& query, const std::string& name, const std::string& type,
                           std::optional<NewConstant> value) {
  const auto settle = [this](Query& settled, ConstantAnswer answer) {
    settled.answer = std::move(answer);
    settled.done = true;
    if (settled.waiters) executor_.wake(settled);
  };
  const auto found = own_.find(name);
  if (found != own_.end()) {
    const bool is_taken = value && value->hash != found->second.hash;
    return settle(query, {.type = found->second.type, .bytes = found->second.bytes, .is_taken = is_taken});
  }
  if (!value) return;  // until somebody sets it
  const auto& own = own_.emplace(name, Own{type, value->hash, value->bytes}).first->second;
  settle(query, {.type = type, .bytes = own.bytes});
  for (auto& [asked, waiting] : queries_) {
    if (asked.first == name && waiting && !waiting->done) settle(*waiting, {.type = type, .bytes = own.bytes});
  }
}

}  // namespace scoop
