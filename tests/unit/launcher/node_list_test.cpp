#include "launcher/node_list.hpp"

#include <doctest/doctest.h>

using namespace scoop;

namespace {

using Names = std::vector<std::string>;

Names expand(const std::string& pattern) {
  const auto names = expand_node_list(pattern);
  return names ? *names : Names{names.failure().message};
}

}  // namespace

TEST_CASE("A node list names hosts in its order") {
  CHECK(expand("node7") == Names{"node7"});
  CHECK(expand("n[1-4,7]") == Names{"n1", "n2", "n3", "n4", "n7"});
  CHECK(expand("n[7,1]") == Names{"n7", "n1"});
  CHECK(expand("n[3]") == Names{"n3"});
  CHECK(expand("[1-2]n") == Names{"1n", "2n"});
  CHECK(expand("n[1-2].lan") == Names{"n1.lan", "n2.lan"});
}

TEST_CASE("Numbers are as wide as the first of their range") {
  CHECK(expand("n[08-11]") == Names{"n08", "n09", "n10", "n11"});
  CHECK(expand("n[8-11]") == Names{"n8", "n9", "n10", "n11"});
  CHECK(expand("n[007,9]") == Names{"n007", "n9"});
  CHECK(expand("n[0-1]") == Names{"n0", "n1"});
}

TEST_CASE("With several brackets the last runs fastest") {
  CHECK(expand("r[1-2]n[1-2]") == Names{"r1n1", "r1n2", "r2n1", "r2n2"});
  CHECK(expand("[1-2][1-2]") == Names{"11", "12", "21", "22"});
}

TEST_CASE("A mistake in a node list is told with what was expected") {
  CHECK(expand("n[1-4") == Names{"a node list ends with ], as in n[1-4,7], got \"n[1-4\""});
  CHECK(expand("n1-4]") == Names{"a node list begins with [, as in n[1-4,7], got \"n1-4]\""});
  CHECK(expand("n[1]]") == Names{"a node list begins with [, as in n[1-4,7], got \"n[1]]\""});
  CHECK(expand("n[4-1]") == Names{"a range goes upwards, as in n[1-4], got \"n[4-1]\""});
  for (const std::string wrong : {"n[]", "n[1-]", "n[-4]", "n[1-2-3]", "n[a-c]", "n[1,,2]", "n[1, 2]", "n[[1-2]]",
                                  "n[18446744073709551616]", "n[000000000000000000001]"}) {
    CHECK(expand(wrong) == Names{"a node list holds numbers and ranges, as in n[1-4,7], got \"" + wrong + "\""});
  }
}

TEST_CASE("A node list names at most 10000 hosts") {
  CHECK(expand("n[1-10000]").size() == 10'000);
  CHECK(expand("n[1-5000,1-5000]").size() == 10'000);
  CHECK(expand("n[1-100][1-100]").size() == 10'000);
  CHECK(expand("n[18446744073709551614-18446744073709551615]").size() == 2);
  for (const std::string wrong : {"n[1-10001]", "n[1-5000,1-5001]", "n[1-10000,1]", "n[1-100][1-101]",
                                  "n[0-18446744073709551615]", "n[1-10][1-10][1-10][1-10][1-10]"}) {
    CHECK(expand(wrong) == Names{"a node list names at most 10000 hosts, got \"" + wrong + "\""});
  }
}
