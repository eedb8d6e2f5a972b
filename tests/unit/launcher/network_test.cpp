#include "launcher/network.hpp"

#include <doctest/doctest.h>

using namespace scoop;

using Addresses = std::vector<std::string>;

TEST_CASE("The broker listens where the hosts know this machine") {
  CHECK(listening_place({}, {"10.0.0.1"}) == "10.0.0.1");
  CHECK(listening_place({}, {"10.0.0.1", "10.0.0.1"}) == "10.0.0.1");
  CHECK(listening_place({}, {"10.0.0.1", "192.168.1.1"}) == "0.0.0.0");
  CHECK(listening_place({}, {"2001:db8::1", "2001:db8::1"}) == "2001:db8::1");
  CHECK(listening_place({}, {"10.0.0.1", "2001:db8::1"}) == "::");
}

TEST_CASE("The broker listens everywhere where that did not work, and where it is told to") {
  CHECK(listening_place({}, {"10.0.0.1"}, true) == "0.0.0.0");
  CHECK(listening_place({}, {"2001:db8::1"}, true) == "::");
  CHECK(listening_place({.where = "eth1"}, {"10.0.0.1"}) == "eth1");
}

TEST_CASE("A host finds the broker at the address that it knows") {
  CHECK(endpoint_for("tcp://10.0.0.1:5000", "10.9.9.9") == "tcp://10.0.0.1:5000");
  CHECK(endpoint_for("tcp://0.0.0.0:5000", "10.9.9.9") == "tcp://10.9.9.9:5000");
  CHECK(endpoint_for("tcp://[::]:5000", "10.9.9.9") == "tcp://10.9.9.9:5000");
  CHECK(endpoint_for("tcp://[::]:5000", "2001:db8::9") == "tcp://[2001:db8::9]:5000");
}

TEST_CASE("A host finds the broker at the address by which it calls this machine, or where it listens everywhere") {
  CHECK(leads_to_broker("tcp://10.0.0.7:5000", "10.0.0.7"));
  CHECK_FALSE(leads_to_broker("tcp://10.0.0.7:5000", "10.0.0.70"));
  CHECK_FALSE(leads_to_broker("tcp://10.0.0.70:5000", "10.0.0.7"));
  CHECK(leads_to_broker("tcp://[::1]:5000", "::1"));
  CHECK(leads_to_broker("tcp://0.0.0.0:5000", "10.0.0.7"));
  CHECK_FALSE(leads_to_broker("tcp://0.0.0.0:5000", "fd00::7"));
  CHECK(leads_to_broker("tcp://[::]:5000", "10.0.0.7"));
  CHECK(leads_to_broker("tcp://[::]:5000", "fd00::7"));
  CHECK_FALSE(leads_to_broker("", "10.0.0.7"));
}
