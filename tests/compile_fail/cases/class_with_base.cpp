// Expect: write MSGPACK_DEFINE(MSGPACK_BASE(base), members...)
#include <scoop/futures.hpp>
#include <string>

struct Named {
  std::string name;
};
struct Person : Named {
  int age;
};

int age(const Person& person) { return person.age; }

int main() { return scoop::futures::submit(age, Person{{"a"}, 3}).result(); }
