#include "launcher/check.hpp"

#include <doctest/doctest.h>

using namespace scoop;
using namespace std::chrono_literals;

namespace {

control::HostReady facts_of(std::int64_t time_us) {
  control::HostReady facts;
  facts.cores = 8;
  facts.machine = "x86_64";
  facts.glibc = "2.36";
  facts.memory_bytes = 16ull << 30;
  facts.time_us = time_us;
  facts.free_bytes = 500ull << 20;
  return facts;
}

/// Two hosts, a local and a remote one.
struct Bench {
  Check check{{{.name = "a"}, {.name = "b", .user = "me", .port = std::uint16_t{2222}}}, 30s};
  TimePoint now{};

  void begin(std::size_t host) {
    check.begin(host, {4, host == 0 ? "local" : "3.2M", host == 1}, now, 1'000'000);
    check.on_message(host, facts_of(1'000'500), 1'000'400);
  }
  void answer(std::size_t host, const control::Checked& checked) { check.on_message(host, checked, 2'000'000); }
};

}  // namespace

TEST_CASE("Check makes aligned columns, a line a host in their order") {
  Bench bench;
  bench.begin(0);
  bench.begin(1);
  CHECK_FALSE(bench.check.is_finished());
  bench.answer(1, {});
  bench.answer(0, {});
  CHECK(bench.check.is_finished());
  CHECK(bench.check.are_all_fit());
  CHECK(bench.check.next_deadline() == never);
  CHECK(bench.check.table() ==
        "host       state  machine  glibc  cores  workers  memory  free  sent   clock         port     plugin\n"
        "a          ok     x86_64   2.36   8      4        16G     500M  local  +0.3ms±0.2ms  -        loads\n"
        "me@b:2222  ok     x86_64   2.36   8      4        16G     500M  3.2M   +0.3ms±0.2ms  reached  loads\n");
}

TEST_CASE("Check tells all that is wrong with a host") {
  Bench bench;
  bench.check.on_lost(1, "b: it does not answer");
  bench.begin(0);
  CHECK_FALSE(bench.check.is_finished());
  bench.answer(0, {"no way", "no main"});
  CHECK(bench.check.is_finished());
  CHECK_FALSE(bench.check.are_all_fit());
  CHECK(
      bench.check.table() ==
      "host       state  machine  glibc  cores  workers  memory  free  sent   clock         port  plugin\n"
      "a          bad    x86_64   2.36   8      4        16G     500M  local  +0.3ms±0.2ms  -     fails   no way. And "
      "no main\n"
      "me@b:2222  bad    -        -      -      -        -       -     -      -             -     -       b: it does "
      "not answer\n");
}

TEST_CASE("Check finds a host bad that cannot start a worker, loses it, does not answer or is gone") {
  const auto is_bad = [](Bench& bench, const std::string& reason) {
    CHECK(bench.check.is_finished());
    CHECK_FALSE(bench.check.are_all_fit());
    CHECK_MESSAGE(bench.check.table().find("  " + reason + "\n") != std::string::npos, bench.check.table());
  };
  Bench bench;
  bench.begin(0);
  bench.answer(0, {});
  bench.begin(1);
  SUBCASE("cannot start") {
    bench.check.on_message(1, control::StartFailed{"no space"}, 0);
    is_bad(bench, "no space");
  }
  SUBCASE("loses it") {
    bench.check.on_message(1, control::Ended{{}, "w0@b", false, {11, 0, "killed by signal 11 (Segmentation fault)"}},
                           0);
    is_bad(bench,
           "a worker was killed by signal 11 (Segmentation fault) while it loaded the program; see what its "
           "static initialisers do");
  }
  SUBCASE("does not answer") {
    CHECK(bench.check.next_deadline() == bench.now + 30s);
    bench.check.on_tick(bench.now + 29s);
    CHECK_FALSE(bench.check.is_finished());
    bench.check.on_tick(bench.now + 30s);
    is_bad(bench,
           "a worker has not loaded the program within 30 s; see what its static initialisers do, or allow more "
           "with --connect-timeout");
  }
  SUBCASE("gone") {
    bench.check.on_lost(1, "its daemon was killed");
    is_bad(bench, "its daemon was killed");
  }
}

TEST_CASE("Check does not wait for a host that came and went") {
  Bench bench;
  bench.begin(0);
  bench.answer(0, {});
  bench.check.on_lost(1, "b: its daemon was killed");
  bench.begin(1);
  CHECK(bench.check.is_finished());
}

TEST_CASE("Check: what comes after the answer changes nothing") {
  Bench bench;
  bench.begin(0);
  bench.begin(1);
  for (const std::size_t host : {0, 1}) {
    bench.answer(host, {});
    bench.check.on_message(host, control::Ended{{}, "w", false, {0, 0, "ended with exit status 0"}}, 0);
    bench.check.on_lost(host, "its daemon ended");
  }
  CHECK(bench.check.are_all_fit());
}

TEST_CASE("Check tells a clock that is far off in seconds") {
  Bench bench;
  bench.check.begin(0, {1, "local", false}, bench.now, 100'000'000);
  bench.check.on_message(0, facts_of(40'000'000), 100'200'000);
  CHECK_MESSAGE(bench.check.table().find("-60.1s±0.1s") != std::string::npos, bench.check.table());
}

TEST_CASE("Bytes are described by the largest unit") {
  CHECK(describe_bytes(0) == "0");
  CHECK(describe_bytes(1023) == "1023");
  CHECK(describe_bytes(1536) == "1.5K");
  CHECK(describe_bytes(200u << 20) == "200M");
  CHECK(describe_bytes(9ull << 40) == "9.0T");
}
