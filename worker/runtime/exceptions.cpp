// Exceptions of standard types, taken apart in one process and made again in another. Here and not in a public header,
// which keeps <filesystem>, <future> and <regex> out of users' programs.
#include <cxxabi.h>

#include <any>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <memory>
#include <new>
#include <optional>
#include <regex>
#include <scoop/detail/error_record.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <typeinfo>
#include <variant>

#include "worker/runtime/error_category.hpp"
#include "worker/runtime/task_label.hpp"

namespace scoop {
namespace {

using detail::ErrorRecord;

constexpr std::size_t most_causes = 16;

/// Says what an exception of type E said elsewhere, where E's own constructors cannot be made to. Handlers see an E;
/// only typeid sees that it is derived, and so does `describe`, which keeps the type when it travels on.
struct Retold {
  const char* type;
};
template <class E>
class RetoldAs : public E, public Retold {
 public:
  RetoldAs(const std::string& text, E original)
      : E(std::move(original)), Retold{typeid(E).name()}, text_(std::make_shared<const std::string>(text)) {}
  const char* what() const noexcept override { return text_->c_str(); }

 private:
  std::shared_ptr<const std::string> text_;  // shared, since copying an exception must not throw
};

// Taking apart

std::string demangled(const std::string& type) {
  int status = 0;
  char* name = abi::__cxa_demangle(type.c_str(), nullptr, nullptr, &status);
  std::string result = status == 0 ? name : type;
  std::free(name);
  return result;
}

/// The type that std::throw_with_nested was given, if it is its.
std::string without_nesting(std::string_view type) {
  constexpr std::string_view before = "St17_Nested_exceptionI";
  const bool nested = type.starts_with(before) && type.ends_with('E');
  return std::string(nested ? type.substr(before.size(), type.size() - before.size() - 1) : type);
}

void take_code(ErrorRecord& record, const std::error_code& code) {
  record.code = code.value();
  record.category = code.category().name();
}

/// what() of a class of the user's own may be null.
std::string text_of(const std::exception& error) {
  const char* text = error.what();
  return text ? text : "";
}

/// The exception being handled; what is nested in it is put into `nested`.
ErrorRecord describe_current(std::exception_ptr& nested) {
  ErrorRecord record;
  const std::type_info* type = abi::__cxa_current_exception_type();
  record.type = type ? without_nesting(type->name()) : "exception of another language";
  try {
    throw;
  } catch (const std::filesystem::filesystem_error& e) {
    record.text = e.std::system_error::what();  // without the paths
    take_code(record, e.code());
    record.path1 = e.path1().native();
    record.path2 = e.path2().native();
  } catch (const std::system_error& e) {
    record.text = text_of(e);
    take_code(record, e.code());
  } catch (const std::future_error& e) {
    record.text = text_of(e);
    take_code(record, e.code());
  } catch (const std::regex_error& e) {
    record.text = text_of(e);
    record.code = e.code();
  } catch (const std::exception& e) {
    record.text = text_of(e);
  } catch (const char* text) {
    if (text) record.text = text;
  } catch (const std::string& text) {
    record.text = text;
  } catch (int number) {
    record.code = number;
    record.text = std::to_string(number);
  } catch (...) {  // its type is all there is to say
  }
  try {
    throw;
  } catch (const Retold& e) {
    record.type = e.type;
  } catch (const std::nested_exception& e) {
    nested = e.nested_ptr();
  } catch (...) {
  }
  record.name = demangled(record.type);
  return record;
}

ErrorRecord describe(const char* task) {
  std::exception_ptr nested;
  ErrorRecord record = describe_current(nested);
  record.worker = scoop_worker_name();
  if (task) record.task = task_label(task);
  while (nested && record.causes.size() < most_causes) {
    std::exception_ptr deeper;
    try {
      std::rethrow_exception(nested);
    } catch (...) {
      record.causes.push_back(describe_current(deeper));
    }
    nested = deeper;
  }
  return record;
}

// Making again

/// `e` with `cause` nested in it, if there is one.
template <class E>
std::exception_ptr around(const std::exception_ptr& cause, E e) {
  if (!cause) return std::make_exception_ptr(std::move(e));
  try {
    try {
      std::rethrow_exception(cause);
    } catch (...) {
      if constexpr (std::is_class_v<E>) {
        std::throw_with_nested(std::move(e));
      } else {
        throw e;
      }
    }
  } catch (...) {
    return std::current_exception();
  }
}

/// Made of the text, or of nothing and then made to say it.
template <class E>
std::exception_ptr say(const ErrorRecord& record, const std::exception_ptr& cause, E e) {
  if (e.what() == record.text) return around(cause, std::move(e));
  return around(cause, RetoldAs<E>(record.text, std::move(e)));
}
template <class E>
std::exception_ptr from_text(const ErrorRecord& record, const std::exception_ptr& cause) {
  return around(cause, E(record.text));
}
template <class E>
std::exception_ptr from_nothing(const ErrorRecord& record, const std::exception_ptr& cause) {
  return say(record, cause, E());
}

std::error_code code_of(const ErrorRecord& record) {
  return {static_cast<int>(record.code), error_category(record.category)};
}

/// What a system_error was constructed with: its what() without the message of its code, which comes by itself.
std::string argument_of(const ErrorRecord& record) {
  const std::string message = code_of(record).message();
  if (record.text == message) return "";
  if (!record.text.ends_with(": " + message)) return record.text;
  return record.text.substr(0, record.text.size() - message.size() - 2);
}

std::exception_ptr system_error(const ErrorRecord& record, const std::exception_ptr& cause) {
  const std::string argument = argument_of(record);
  if (argument.empty()) return say(record, cause, std::system_error(code_of(record)));
  return say(record, cause, std::system_error(code_of(record), argument));
}
std::exception_ptr ios_failure(const ErrorRecord& record, const std::exception_ptr& cause) {
  return say(record, cause, std::ios_base::failure(argument_of(record), code_of(record)));
}
std::exception_ptr filesystem_error(const ErrorRecord& record, const std::exception_ptr& cause) {
  using std::filesystem::filesystem_error;
  const std::string argument = argument_of(record);
  if (!record.path2.empty())
    return around(cause, filesystem_error(argument, record.path1, record.path2, code_of(record)));
  if (!record.path1.empty()) return around(cause, filesystem_error(argument, record.path1, code_of(record)));
  return around(cause, filesystem_error(argument, code_of(record)));
}
std::exception_ptr future_error(const ErrorRecord& record, const std::exception_ptr& cause) {
  return say(record, cause, std::future_error(static_cast<std::future_errc>(record.code)));
}
std::exception_ptr regex_error(const ErrorRecord& record, const std::exception_ptr& cause) {
  return say(record, cause, std::regex_error(static_cast<std::regex_constants::error_type>(record.code)));
}
std::exception_ptr number(const ErrorRecord& record, const std::exception_ptr& cause) {
  return around(cause, static_cast<int>(record.code));
}
std::exception_ptr literal(const ErrorRecord& record, const std::exception_ptr& cause) {
  return around(cause, kept_text(record.text));
}

struct StandardType {
  const std::type_info& type;
  std::exception_ptr (*make)(const ErrorRecord&, const std::exception_ptr& cause);
};

const StandardType standard_types[] = {
    {typeid(std::logic_error), from_text<std::logic_error>},
    {typeid(std::domain_error), from_text<std::domain_error>},
    {typeid(std::invalid_argument), from_text<std::invalid_argument>},
    {typeid(std::length_error), from_text<std::length_error>},
    {typeid(std::out_of_range), from_text<std::out_of_range>},
    {typeid(std::runtime_error), from_text<std::runtime_error>},
    {typeid(std::range_error), from_text<std::range_error>},
    {typeid(std::overflow_error), from_text<std::overflow_error>},
    {typeid(std::underflow_error), from_text<std::underflow_error>},
    {typeid(std::exception), from_nothing<std::exception>},
    {typeid(std::bad_exception), from_nothing<std::bad_exception>},
    {typeid(std::bad_alloc), from_nothing<std::bad_alloc>},
    {typeid(std::bad_array_new_length), from_nothing<std::bad_array_new_length>},
    {typeid(std::bad_cast), from_nothing<std::bad_cast>},
    {typeid(std::bad_typeid), from_nothing<std::bad_typeid>},
    {typeid(std::bad_function_call), from_nothing<std::bad_function_call>},
    {typeid(std::bad_weak_ptr), from_nothing<std::bad_weak_ptr>},
    {typeid(std::bad_optional_access), from_nothing<std::bad_optional_access>},
    {typeid(std::bad_variant_access), from_nothing<std::bad_variant_access>},
    {typeid(std::bad_any_cast), from_nothing<std::bad_any_cast>},
    {typeid(std::system_error), system_error},
    {typeid(std::ios_base::failure), ios_failure},
    {typeid(std::filesystem::filesystem_error), filesystem_error},
    {typeid(std::future_error), future_error},
    {typeid(std::regex_error), regex_error},
    {typeid(int), number},
    {typeid(std::string), from_text<std::string>},
    {typeid(const char*), literal},
    {typeid(char*), literal},
};

/// Null where the type is not a standard one.
std::exception_ptr make_standard(const ErrorRecord& record, const std::exception_ptr& cause) {
  for (const StandardType& standard : standard_types) {
    if (record.type == standard.type.name()) return standard.make(record, cause);
  }
  return nullptr;
}

/// What is nested, innermost first into the next. Types that are not standard ones become a runtime_error that names
/// them: plugin and libscoop share no classes but those of the standard library.
std::exception_ptr make_causes(const std::vector<ErrorRecord>& causes) {
  std::exception_ptr cause;
  for (auto record = causes.rbegin(); record != causes.rend(); ++record) {
    std::exception_ptr outer = make_standard(*record, cause);
    if (!outer) outer = around(cause, std::runtime_error(record->name + ": " + record->text));
    cause = std::move(outer);
  }
  return cause;
}

}  // namespace
}  // namespace scoop

void scoop_describe_exception(const char* task, scoop::detail::Writer* out) noexcept {
  const std::size_t size = out->size;
  try {
    scoop::detail::write_error_record(*out, scoop::describe(task));
  } catch (...) {  // no memory: needs none
    out->size = size;
    scoop::detail::write_error_record(*out, {.type = "St9bad_alloc", .name = "std::bad_alloc"});
  }
}

bool scoop_standard_exception(scoop::detail::Reader* record, void* exception) noexcept {
  try {
    const scoop::detail::ErrorRecord error = scoop::detail::read_error_record(*record);
    std::exception_ptr made = scoop::make_standard(error, scoop::make_causes(error.causes));
    if (!made) return false;
    *static_cast<std::exception_ptr*>(exception) = std::move(made);
    return true;
  } catch (...) {  // damaged; the caller finds out himself
    return false;
  }
}
