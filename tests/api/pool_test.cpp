// Who am I, and whether the other processes really take part.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <ranges>
#include <scoop/futures.hpp>
#include <scoop/logger.hpp>
#include <scoop/scoop.hpp>
#include <set>
#include <string>
#include <vector>

#include "api/pool.hpp"
#include "support/temp_dir.hpp"
#include "support/wait_until.hpp"

namespace futures = scoop::futures;
namespace fs = std::filesystem;
using scoop::test::TempDir;
using namespace std::chrono_literals;

namespace {

struct Place {
  std::string worker;
  int process = 0;
  bool is_origin = false;
  bool is_running = false;
  unsigned size = 0;
  bool all_came = false;
};

Place here() { return {scoop::worker(), ::getpid(), scoop::is_origin(), scoop::is_running(), scoop::size(), false}; }

long workers_in(const std::string& directory) {
  return std::ranges::distance(fs::directory_iterator(directory), fs::directory_iterator());
}

/// Checks in, and holds its worker until as many have checked in. So each of so many tasks runs on a worker of its own,
/// or the time is up.
Place meet(const std::string& directory, long others) {
  std::ofstream(fs::path(directory) / scoop::worker()).flush();
  Place place = here();
  place.all_came = scoop::test::wait_until([&] { return workers_in(directory) >= others; }, 40s);
  return place;
}

Place meet_at(const std::string& directory, long others, int) { return meet(directory, others); }

struct Meeting {
  bool all_came = true;
  std::set<std::string> workers;
};
Meeting as_meeting(const std::string& directory, long others, int) {
  const Place place = meet(directory, others);
  return {place.all_came, {place.worker}};
}
Meeting join(Meeting a, Meeting b) {
  a.all_came = a.all_came && b.all_came;
  a.workers.merge(b.workers);
  return a;
}

/// A task that submits such tasks: the whole pool meets in the children of a task.
std::vector<Place> meet_below(const std::string& directory, long others) {
  std::vector<scoop::Future<Place>> tasks;
  for (long i = 0; i < others; ++i) tasks.push_back(futures::submit(meet, directory, others));
  std::vector<Place> places;
  for (auto& task : tasks) places.push_back(task.result());
  return places;
}

void check_everybody_was_there(const std::vector<Place>& places) {
  std::set<std::string> workers;
  std::set<int> processes;
  int origins = 0;
  for (const Place& place : places) {
    CHECK(place.all_came);
    CHECK(place.is_running);
    CHECK(place.size == scoop::size());
    workers.insert(place.worker);
    processes.insert(place.process);
    if (place.is_origin) {
      ++origins;
      CHECK(place.worker == scoop::worker());
      CHECK(place.process == ::getpid());
    }
  }
  CHECK(workers.size() == scoop::size());
  CHECK(processes.size() == scoop::size());
  CHECK(origins == 1);
}

std::string log_something(int x) {
  scoop::logger()->debug("task {} runs", x);
  return scoop::worker();
}

}  // namespace

TEST_CASE("main runs on the origin, in a pool of the size that was asked for") {
  CHECK(scoop::is_running());
  CHECK(scoop::is_origin());
  CHECK_FALSE(scoop::worker().empty());
  CHECK(scoop::size() == scoop::test::workers_asked_for);
}

TEST_CASE("Tasks of one worker alone run in the origin") {
  if (scoop::size() > 1) return;
  const Place place = futures::submit(here).result();
  CHECK(place.worker == scoop::worker());
  CHECK(place.process == ::getpid());
  CHECK(place.is_origin);
}

TEST_CASE("Submitted tasks run on all workers at the same time") {
  const TempDir directory;
  check_everybody_was_there(meet_below(directory.path().string(), scoop::size()));
}

TEST_CASE("Tasks of a task run on all workers at the same time") {
  const TempDir directory;
  check_everybody_was_there(
      futures::submit(meet_below, directory.path().string(), static_cast<long>(scoop::size())).result());
}

TEST_CASE("The elements of a map run on all workers at the same time") {
  const TempDir directory;
  const long everybody = scoop::size();
  SUBCASE("one element a worker") {
    const auto call = scoop::bind_front(meet_at, directory.path().string(), everybody);
    check_everybody_was_there(futures::map(call, std::views::iota(0, static_cast<int>(everybody))).get());
  }
  SUBCASE("many elements") {
    const auto call = scoop::bind_front(as_meeting, directory.path().string(), everybody);
    const Meeting meeting = futures::mapReduce(call, join, std::views::iota(0, 1000));
    CHECK(meeting.all_came);
    CHECK(meeting.workers.size() == scoop::size());
  }
}

TEST_CASE("A worker that polls done() shares its tasks") {
  if (scoop::size() == 1) return;
  const TempDir directory;
  auto task = futures::submit(meet, directory.path().string(), 1L);
  // Somebody must come, be it another worker or this one.
  CHECK(scoop::test::wait_until([&] { return task.done(); }, 40s));
  CHECK(task.result().all_came);
}

TEST_CASE("Every worker may log") {
  scoop::logger()->debug("the origin logs");
  for (const std::string& worker : futures::map(log_something, std::views::iota(0, 100))) CHECK_FALSE(worker.empty());
}
