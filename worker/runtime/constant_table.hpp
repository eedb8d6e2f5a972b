#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <scoop/detail/abi.hpp>
#include <scoop/detail/bytes.hpp>
#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "worker/runtime/constant_desk.hpp"

namespace scoop {

class Executor;

/// The shared constants as this process's tasks see them. In a pool it asks the communication thread; a process that is
/// alone decides itself.
///
/// Threads: the worker thread, but for the desk.
class ConstantTable {
 public:
  ConstantTable(Executor& executor, bool is_in_pool) : executor_(executor), is_in_pool_(is_in_pool) {}

  /// Both append a sentence to `error` where the answer is not `done`.
  detail::ConstantState set(std::string_view name, const std::string& type, std::span<const char> bytes,
                            detail::Writer& error);
  detail::ConstantState get(std::string_view name, const std::string& type, TimePoint deadline, const char* when,
                            detail::ByteView& bytes, detail::Writer& error);

  ConstantDesk& desk() { return desk_; }

 private:
  struct Query;
  struct Own {
    std::string type;
    std::string hash;
    SharedBytes bytes;
  };
  using Queries = std::map<std::pair<std::string, std::string>, std::shared_ptr<Query>, std::less<>>;

  void ask(Query& query, std::string name, std::string type, std::optional<NewConstant> value);
  void decide(Query& query, const std::string& name, const std::string& type, std::optional<NewConstant> value);
  const ConstantAnswer& answer_of(Query& query);
  static Result<NewConstant> write(std::span<const char> bytes);

  Executor& executor_;
  bool is_in_pool_;
  ConstantDesk desk_;
  Queries queries_;                 // for a name and a type: under way, or answered for good
  std::map<std::string, Own> own_;  // of a process that is alone
};

}  // namespace scoop
