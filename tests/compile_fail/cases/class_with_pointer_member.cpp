// Expect: a pointer cannot be sent to another worker
#include <scoop/futures.hpp>
#include <string>

struct Person {
  std::string name;
  Person* boss;
};

std::string name(Person person) { return person.name; }

int main() { return static_cast<int>(scoop::futures::submit(name, Person{}).result().size()); }
