#include "common/transport/admissions.hpp"

#include <doctest/doctest.h>

namespace scoop {
namespace {

TEST_CASE("Admissions counts a connection that ends before it was let in, with its address") {
  Admissions admissions;
  admissions.on_accepted(5, "10.0.0.7:4000");
  CHECK(admissions.refused().count == 0);
  admissions.on_closed(5);
  CHECK(admissions.refused().count == 1);
  CHECK(admissions.refused().last_address == "10.0.0.7:4000");
  admissions.on_closed(5);  // now somebody else's
  CHECK(admissions.refused().count == 1);
}

TEST_CASE("Admissions does not count connections that were let in") {
  Admissions admissions;
  admissions.on_accepted(5, "a");
  admissions.on_let_in();
  admissions.on_closed(5);
  CHECK(admissions.refused().count == 0);

  admissions.on_accepted(5, "a");
  admissions.on_accepted(6, "b");
  admissions.on_let_in();
  admissions.on_let_in();
  admissions.on_closed(6);
  admissions.on_closed(5);
  CHECK(admissions.refused().count == 0);
}

TEST_CASE("Admissions knows a failed handshake among others that are under way") {
  Admissions admissions;
  admissions.on_accepted(5, "worker");
  admissions.on_accepted(6, "stranger");
  admissions.on_let_in();  // of 5
  admissions.on_failed();
  admissions.on_closed(6);
  CHECK(admissions.refused().count == 1);
  CHECK(admissions.refused().last_address == "stranger");
  admissions.on_closed(5);
  CHECK(admissions.refused().count == 1);
}

TEST_CASE("Admissions never counts more than were refused, whatever the order") {
  Admissions admissions;
  admissions.on_accepted(5, "worker");
  admissions.on_accepted(6, "worker");
  admissions.on_let_in();  // of 6, which leaves at once
  admissions.on_closed(6);
  CHECK(admissions.refused().count == 0);
  admissions.on_let_in();  // of 5
  admissions.on_closed(5);
  CHECK(admissions.refused().count == 0);
}

TEST_CASE("Admissions counts late rather than never") {
  Admissions admissions;
  admissions.on_accepted(5, "worker");
  admissions.on_accepted(6, "stranger");
  admissions.on_let_in();   // of 5
  admissions.on_closed(6);  // without a word: it may have been the one
  admissions.on_closed(5);
  CHECK(admissions.refused().count == 1);
}

TEST_CASE("Admissions forgets connections that were closed by us") {
  Admissions admissions;
  admissions.on_accepted(5, "worker");
  admissions.forget_open();
  admissions.on_closed(5);
  CHECK(admissions.refused().count == 0);
}

}  // namespace
}  // namespace scoop
