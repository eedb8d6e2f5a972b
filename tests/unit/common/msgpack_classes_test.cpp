// Classes that say themselves how they are written: MSGPACK_DEFINE, or an adaptor for msgpack-c.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <scoop/detail/codec.hpp>  // before msgpack.hpp: either order works
//
#include <msgpack.hpp>
#include <random>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "support/encoded.hpp"

using namespace scoop;
using namespace scoop::test;

namespace {

enum class Colour { red, green };
enum class Listed { first, second };
struct Plain {
  int cells[2];
  double weight;
  bool operator==(const Plain&) const = default;
};
struct Person {
  std::string name;
  int age = 0;
  bool operator==(const Person&) const = default;
};

/// Members that msgpack-c knows, and members that only scoop knows.
class Mixed {
 public:
  Mixed() = default;
  explicit Mixed(int n)
      : number_(n),
        numbers_{0.5, -0.0},
        plains_(2, Plain{{n, 2}, 3}),
        person_{"Ada", 36},
        maybe_(Person{"Bob", 1}),
        people_{{"a", 1}, {"b", 2}},
        choice_("text"),
        colour_(Colour::green),
        listed_(Listed::second),
        exact_(0.1L),
        by_name_{{"k", Plain{{1, 2}, 3}}},
        zero_(-0.0) {}
  void add(Mixed kid) { kids_.push_back(std::move(kid)); }
  bool operator==(const Mixed&) const = default;
  double zero() const { return zero_; }
  MSGPACK_DEFINE(number_, numbers_, plains_, person_, maybe_, people_, choice_, colour_, listed_, exact_, by_name_,
                 kids_, zero_)

 private:
  int number_ = 0;
  std::vector<double> numbers_;
  std::vector<Plain> plains_;
  Person person_;
  std::optional<Person> maybe_;
  std::vector<Person> people_;
  std::variant<int, std::string> choice_;
  Colour colour_ = Colour::red;
  Listed listed_ = Listed::first;
  long double exact_ = 0;
  std::map<std::string, Plain> by_name_;
  std::vector<Mixed> kids_;
  double zero_ = 0;
};

struct AsMap {
  int a = 0;
  std::string b;
  bool operator==(const AsMap&) const = default;
  MSGPACK_DEFINE_MAP(a, b)
};
struct Derived : AsMap {
  std::vector<int> c;
  bool operator==(const Derived&) const = default;
  MSGPACK_DEFINE(MSGPACK_BASE(AsMap), c)
};
struct Matrix {
  std::vector<double> cells;
  MSGPACK_DEFINE(cells)
};
class Owner {
 public:
  std::unique_ptr<int> number;
  std::unique_ptr<Person> person;
  MSGPACK_DEFINE(number, person)
};

/// Chains of the two kinds of classes by turns.
struct Outer;
struct Inner {
  std::vector<Outer> outers;
};
struct Outer {
  Inner inner;
  MSGPACK_DEFINE(inner)
};

class Foreign {
 public:
  Foreign() = default;
  explicit Foreign(int x) : x_(x) {}
  virtual ~Foreign() = default;
  int x() const { return x_; }
  bool operator==(const Foreign& other) const { return x_ == other.x_; }

 private:
  int x_ = 0;
};
class Immutable {
 public:
  explicit Immutable(std::string text) : text_(std::move(text)) {}
  const std::string& text() const { return text_; }
  bool operator==(const Immutable&) const = default;

 private:
  std::string text_;
};
class Unknown {
 public:
  virtual ~Unknown() = default;
  std::string text;
};

}  // namespace

MSGPACK_ADD_ENUM(Listed)

namespace msgpack {
MSGPACK_API_VERSION_NAMESPACE(MSGPACK_DEFAULT_API_NS) {
  namespace adaptor {
  template <>
  struct pack<Foreign> {
    template <class Stream>
    packer<Stream>& operator()(packer<Stream>& out, const Foreign& value) const {
      return out.pack(value.x());
    }
  };
  template <>
  struct convert<Foreign> {
    const msgpack::object& operator()(const msgpack::object& object, Foreign& value) const {
      value = Foreign(object.as<int>());
      return object;
    }
  };
  template <>
  struct pack<Immutable> {
    template <class Stream>
    packer<Stream>& operator()(packer<Stream>& out, const Immutable& value) const {
      return out.pack(value.text());
    }
  };
  template <>
  struct as<Immutable> {
    Immutable operator()(const msgpack::object& object) const { return Immutable(object.as<std::string>()); }
  };
  }  // namespace adaptor
}
}  // namespace msgpack

static_assert(serialisable<Mixed> && serialisable<AsMap> && serialisable<Foreign> && serialisable<Immutable>);
static_assert(!serialisable<Unknown> && !serialisable<std::vector<Unknown>>);

TEST_CASE("A MSGPACK_DEFINE class keeps members of every kind") {
  Mixed mixed(3);
  mixed.add(Mixed(4));
  CHECK((there_and_back(mixed) == mixed));
  CHECK(std::signbit(there_and_back(mixed).zero()));
  CHECK((there_and_back(std::vector<Mixed>{mixed, Mixed()}) == std::vector<Mixed>{mixed, Mixed()}));
}

TEST_CASE("A MSGPACK_DEFINE class may be a map, have bases, and own what it holds") {
  CHECK((there_and_back(AsMap{1, "b"}) == AsMap{1, "b"}));
  Derived derived;
  derived.a = 1;
  derived.c = {1, 2};
  CHECK((there_and_back(derived) == derived));
  Owner owner;
  owner.number = std::make_unique<int>(3);
  owner.person = std::make_unique<Person>(Person{"Ada", 36});
  const Owner back = there_and_back(owner);
  CHECK(*back.number == 3);
  CHECK((*back.person == Person{"Ada", 36}));
}

TEST_CASE("A class with an adaptor of its user's is written and read by it") {
  CHECK((there_and_back(Foreign(3)) == Foreign(3)));
  CHECK(encoded(Foreign(3)) == encoded(3));
  CHECK((there_and_back(Immutable("a")) == Immutable("a")));
  CHECK((there_and_back(std::map<int, Foreign>{{1, Foreign(3)}}) == std::map<int, Foreign>{{1, Foreign(3)}}));
}

TEST_CASE("Numbers in a vector of a MSGPACK_DEFINE class go as one block") {
  Matrix matrix;
  matrix.cells.assign(1000, 1.5);
  CHECK(encoded(matrix).size() < 8'020);
  CHECK(there_and_back(matrix).cells == matrix.cells);
}

TEST_CASE("What msgpack-c writes by itself is not changed") {
  msgpack::sbuffer out;
  msgpack::pack(out, std::vector<double>{0.5, 1.5});
  const auto unpacked = msgpack::unpack(out.data(), out.size());
  std::ostringstream text;
  text << unpacked.get();
  CHECK(text.str() == "[0.5,1.5]");
  CHECK(unpacked.get().as<std::vector<double>>() == std::vector<double>{0.5, 1.5});
}

TEST_CASE("Truncated and changed bytes of a MSGPACK_DEFINE class are noticed") {
  Mixed mixed(3);
  mixed.add(Mixed(4));
  const std::string whole = encoded(mixed);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_THROWS_AS(decoded<Mixed>(whole.substr(0, size)), DecodeError);
  }
  std::mt19937 random(3);
  for (int i = 0; i < 5'000; ++i) {
    std::string mutant = whole;
    for (int k = 0; k < 3; ++k) mutant[random() % mutant.size()] = static_cast<char>(random());
    try {
      (void)decoded<Mixed>(mutant);
    } catch (const DecodeError&) {
    } catch (const msgpack::type_error&) {  // what msgpack_unpack throws is the user's business
    }
  }
}

TEST_CASE("Levels are counted through classes of both kinds") {
  auto chain = [](int length) {
    Outer top;
    for (int i = 0; i < length; ++i) {
      Outer above;
      above.inner.outers.push_back(std::move(top));
      top = std::move(above);
    }
    return top;
  };
  CHECK_NOTHROW(there_and_back(chain(100)));
  CHECK_THROWS_AS(encoded(chain(1000)), EncodeError);
  detail::Writer out;
  out.depth_left = 1'000'000;
  detail::encode(out, chain(600));
  CHECK_THROWS_AS(decoded<Outer>(std::string(out.view())), DecodeError);
}

TEST_CASE("Counts in the tree of a MSGPACK_DEFINE class claim no more than the bytes hold") {
  std::string nested;
  for (int level = 0; level < 300; ++level) nested += std::string("\xdd\0\0\x10\0", 5);
  nested += std::string(4096, '\0');
  detail::Reader in(nested);
  CHECK_THROWS_AS((void)detail::decode<Mixed>(in), DecodeError);
  CHECK(in.left() > 4096);
}
