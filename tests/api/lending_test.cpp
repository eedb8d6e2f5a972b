// What happens to work because it is given to other workers.
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <numeric>
#include <scoop/scoop.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/pool.hpp"
namespace futures = scoop::futures;
using namespace std::chrono_literals;

namespace {

/// One of more than 1000 links cannot be sent.
struct Chain {
  int value;
  std::unique_ptr<Chain> next;
};
Chain chain_of(int links) {
  Chain chain{0, nullptr};
  for (int i = 1; i < links; ++i) chain = {i, std::make_unique<Chain>(std::move(chain))};
  return chain;
}
int count_links(Chain chain) {
  int links = 1;
  for (const Chain* at = chain.next.get(); at; at = at->next.get()) ++links;
  return links;
}
Chain make_chain(int links) { return chain_of(links); }

template <class T>
scoop::Future<T> poll_until_done(scoop::Future<T> future) {
  while (!future.done()) {
  }
  return future;
}

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const scoop::EncodeError& e) {
    return e.what();
  }
}

double add_up(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

/// Where it ran, and the values doubled.
std::pair<std::string, std::vector<double>> doubled(std::vector<double> values) {
  for (double& value : values) value *= 2;
  return {scoop::worker(), std::move(values)};
}

}  // namespace

TEST_CASE("Arguments that cannot be sent are an exception of the task when it is given away") {
  int refused = 0;
  const auto end = std::chrono::steady_clock::now() + 20s;
  for (int i = 0; i < 100 || (refused == 0 && scoop::size() > 1); ++i) {
    REQUIRE(std::chrono::steady_clock::now() < end);
    auto future = poll_until_done(futures::submit(count_links, chain_of(1500)));
    if (const auto error = future.exception()) {
      ++refused;
      CHECK(text_of(error).find("nested deeper than 1000 levels") != std::string::npos);
    } else {
      CHECK(future.result() == 1500);
    }
  }
}

TEST_CASE("A result that cannot be sent is an exception of the task where it was given away") {
  for (int i = 0; i < 100; ++i) {
    auto future = poll_until_done(futures::submit(make_chain, 1500));
    if (const auto error = future.exception()) {
      CHECK(text_of(error).find("nested deeper than 1000 levels") != std::string::npos);
    } else {
      CHECK(count_links(std::move(future).result()) == 1500);
    }
  }
}

TEST_CASE("Large values arrive whole, whatever their size") {
  for (const std::size_t size : {8'191, 8'192, 8'193, 131'072, 1'000'003}) {
    CAPTURE(size);
    std::vector<double> values(size);
    std::iota(values.begin(), values.end(), 1.0);
    for (int i = 0; i < 3; ++i) {
      auto result = poll_until_done(futures::submit(doubled, values)).result();
      CHECK(result.second.size() == size);
      CHECK(add_up(result.second) == 2 * add_up(values));
    }
  }
}

TEST_CASE("Large elements of a map arrive in order") {
  std::vector<std::vector<double>> inputs;
  for (int i = 0; i < 40; ++i) inputs.emplace_back(20'000, i);
  auto results = futures::map(doubled, inputs);
  int i = 0;
  for (auto& [worker, values] : results) {
    CHECK(values == std::vector<double>(20'000, 2 * i));
    ++i;
  }
  CHECK(i == 40);
}
