// Expect: write MSGPACK_DEFINE(members...) into it
#include <scoop/futures.hpp>
#include <string>

class Person {
 public:
  explicit Person(std::string name) : name_(std::move(name)) {}
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

std::string name(const Person& person) { return person.name(); }

int main() { return static_cast<int>(scoop::futures::submit(name, Person("a")).result().size()); }
