// Whole runs from h0 over hosts on which nothing is installed.
#include <doctest/doctest.h>

#include "hosts/hosts_run.hpp"

using namespace scoop::test;

namespace {

const std::vector<std::string> squares{"--hosts", "h0:1,h1:1,h2:1", AWAY_PLUGIN, "squares"};

void check_squares(const Outcome& outcome) {
  CHECK_MESSAGE(outcome.out == "at work: h0 h1 h2\nall is right\n", outcome);
  CHECK_MESSAGE(outcome.status == 4, outcome);
}

std::size_t count_cached(const NamespaceHosts& hosts, const std::string& host) {
  return std::stoul(sh(hosts, host, "ls -A ~/.cache/scoop | wc -l").out);
}

/// Changes with all that is received: each delivery begins with a folder of its own in the cache.
std::string cache_state(const NamespaceHosts& hosts, const std::string& host) {
  return sh(hosts, host, "cd ~/.cache/scoop && stat -c %y . && ls -Ai").out;
}

}  // namespace

TEST_CASE("Hosts with nothing installed all take part, and what was sent serves the next run") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts hosts({.hosts = 2});
  const Traces traces(hosts, {"h0", "h1", "h2"});
  Process one(launch(hosts, squares));
  Process other(launch(hosts, squares));  // at once, with empty caches
  check_squares(one.wait());
  check_squares(other.wait());
  for (const std::string host : {"h1", "h2"}) CHECK(count_cached(hosts, host) == 2);

  const auto before = cache_state(hosts, "h1");
  check_squares(run(launch(hosts, squares)));
  CHECK(cache_state(hosts, "h1") == before);

  CHECK(sh(hosts, "h0", "cp '" AWAY_PLUGIN "' ~/away.so && echo changed >>~/away.so").status == 0);
  check_squares(run(launch(hosts, {"--hosts", "h0:1,h1:1,h2:1", "./away.so", "squares"})));
  CHECK(count_cached(hosts, "h1") == 3);
  CHECK(traces.after_end() == "");
}

TEST_CASE("Hosts without our libraries, a C++ library and python serve as well") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts hosts({.hosts = 2, .are_bare = true});
  const Traces traces(hosts, {"h0", "h1", "h2"});
  check_squares(run(launch(hosts, squares)));

  const auto away = run(launch(hosts, {"--hosts", "h1:1,h2:2", AWAY_PLUGIN, "squares", "exit"}));
  CHECK_MESSAGE(away.out == "at work: h1 h2\nall is right\n", away);
  CHECK_MESSAGE(away.status == 3, away);
  CHECK(traces.after_end() == "");
}
