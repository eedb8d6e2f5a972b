#include "worker/runtime/appraisal.hpp"

#include <doctest/doctest.h>

#include "support/manual_clock.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;
using Verdict = Appraisal::Verdict;

namespace {

struct Looks {
  ManualClock clock;
  Appraisal appraisal{AppraisalSettings{.round_trips = 400us, .still = 1ms}};

  Verdict after(Duration time, Load load) { return appraisal.judge(load, clock.advance(time)); }
};

}  // namespace

TEST_CASE("Appraisal finds nothing where nothing is queued") {
  Looks looks;
  CHECK(looks.after(1s, {}) == Verdict::nothing);
  CHECK(looks.after(1s, {.asked_done = true}) == Verdict::nothing);
}

TEST_CASE("Appraisal shares work of unknown length") {
  Looks looks;
  CHECK(looks.after(0s, {.queued = 2, .oldest = 1}) == Verdict::share);
}

TEST_CASE("Appraisal leaves a last task to a worker thread that gets on") {
  Looks looks;
  for (std::uint64_t i = 1; i < 10; ++i)
    CHECK(looks.after(400us, {.queued = 1, .oldest = i, .progress = i}) == Verdict::nothing);
}

TEST_CASE("Appraisal gives a last task when the worker thread stood still for long enough") {
  Looks looks;
  CHECK(looks.after(10s, {.queued = 1, .oldest = 1, .progress = 5}) == Verdict::nothing);
  CHECK(looks.after(999us, {.queued = 1, .oldest = 1, .progress = 5}) == Verdict::nothing);
  CHECK(looks.after(1us, {.queued = 1, .oldest = 1, .progress = 5}) == Verdict::stuck);
}

TEST_CASE("Appraisal gives a last task at once when the program asks whether it is done") {
  Looks looks;
  CHECK(looks.after(0s, {.queued = 1, .oldest = 1, .asked_done = true}) == Verdict::stuck);
}

TEST_CASE("Appraisal leaves what is done sooner here than elsewhere") {
  Looks looks;
  looks.after(0s, {.progress = 0});
  // A task a microsecond, so 100 of them are not worth it and 1000 are.
  CHECK(looks.after(1ms, {.queued = 100, .oldest = 1, .progress = 1000}) == Verdict::nothing);
  CHECK(looks.after(1ms, {.queued = 1000, .oldest = 2, .progress = 2000}) == Verdict::share);
}

TEST_CASE("Appraisal gives one task when it has waited while many others ran: it is a large one") {
  Looks looks;
  looks.after(0s, {.progress = 0});
  CHECK(looks.after(1ms, {.queued = 20, .oldest = 1, .progress = 10'000}) == Verdict::nothing);
  CHECK(looks.after(1ms, {.queued = 20, .oldest = 1, .progress = 20'000}) == Verdict::oldest);
  CHECK(looks.after(1ms, {.queued = 20, .oldest = 2, .progress = 30'000}) == Verdict::nothing);
}

TEST_CASE("Appraisal does not take held work for new because own tasks come and go") {
  Looks looks;
  looks.after(0s, {.held = 1});
  CHECK(looks.after(500us, {.queued = 0, .oldest = 0, .held = 1, .progress = 1000}) == Verdict::nothing);
  CHECK(looks.after(500us, {.queued = 1, .oldest = 9, .held = 1, .progress = 2000}) == Verdict::oldest);
}

TEST_CASE("Appraisal counts work held for others too") {
  Looks looks;
  CHECK(looks.after(0s, {.held = 2}) == Verdict::share);
}
