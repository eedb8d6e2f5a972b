#include "common/transport/admissions.hpp"

#include <doctest/doctest.h>

namespace scoop {
namespace {

ConnectionEvent accepted(int fd, std::string peer) { return {ConnectionEvent::accepted, fd, std::move(peer)}; }
ConnectionEvent closed(int fd) { return {ConnectionEvent::closed, fd, {}}; }
const ConnectionEvent let_in{ConnectionEvent::let_in, -1, {}};
const ConnectionEvent failed{ConnectionEvent::failed, -1, {}};

TEST_CASE("Admissions counts a connection that ends before it was let in, with its address") {
  Admissions admissions;
  admissions.on_events({accepted(5, "10.0.0.7:4000")});
  CHECK(admissions.refused().count == 0);
  admissions.on_events({closed(5)});
  CHECK(admissions.refused().count == 1);
  CHECK(admissions.refused().last_address == "10.0.0.7:4000");
  admissions.on_events({closed(5)});  // now somebody else's
  CHECK(admissions.refused().count == 1);
}

TEST_CASE("Admissions does not count connections that were let in") {
  Admissions admissions;
  admissions.on_events({accepted(5, "a")});
  admissions.on_events({let_in});
  admissions.on_events({closed(5)});
  CHECK(admissions.refused().count == 0);

  admissions.on_events({accepted(5, "a")});
  admissions.on_events({accepted(6, "b")});
  admissions.on_events({let_in});
  admissions.on_events({let_in});
  admissions.on_events({closed(6)});
  admissions.on_events({closed(5)});
  CHECK(admissions.refused().count == 0);
}

TEST_CASE("Admissions knows a failed handshake among others that are under way") {
  Admissions admissions;
  admissions.on_events({accepted(5, "worker")});
  admissions.on_events({accepted(6, "stranger")});
  admissions.on_events({let_in});  // of 5
  admissions.on_events({failed});
  admissions.on_events({closed(6)});
  CHECK(admissions.refused().count == 1);
  CHECK(admissions.refused().last_address == "stranger");
  admissions.on_events({closed(5)});
  CHECK(admissions.refused().count == 1);
}

TEST_CASE("Admissions never counts more than were refused, whatever the order") {
  Admissions admissions;
  admissions.on_events({accepted(5, "worker")});
  admissions.on_events({accepted(6, "worker")});
  admissions.on_events({let_in});  // of 6, which leaves at once
  admissions.on_events({closed(6)});
  CHECK(admissions.refused().count == 0);
  admissions.on_events({let_in});  // of 5
  admissions.on_events({closed(5)});
  CHECK(admissions.refused().count == 0);
}

TEST_CASE("Admissions counts late rather than never") {
  Admissions admissions;
  admissions.on_events({accepted(5, "worker")});
  admissions.on_events({accepted(6, "stranger")});
  admissions.on_events({let_in});     // of 5
  admissions.on_events({closed(6)});  // without a word: it may have been the one
  admissions.on_events({closed(5)});
  CHECK(admissions.refused().count == 1);
}

TEST_CASE("Admissions blames nobody whose descriptor may have been another's when it was asked") {
  Admissions admissions;
  admissions.on_events({accepted(5, "worker"), failed, closed(5), accepted(5, "worker"), let_in});
  CHECK(admissions.refused().count == 1);
  CHECK(admissions.refused().last_address == "");

  admissions.on_events({accepted(6, "stranger"), accepted(7, "worker"), let_in});
  admissions.on_events({failed, closed(6)});
  CHECK(admissions.refused().count == 2);
  CHECK(admissions.refused().last_address == "stranger");
}

TEST_CASE("Admissions forgets connections that were closed by us") {
  Admissions admissions;
  admissions.on_events({accepted(5, "worker")});
  admissions.forget_open();
  admissions.on_events({closed(5)});
  CHECK(admissions.refused().count == 0);
}

}  // namespace
}  // namespace scoop
