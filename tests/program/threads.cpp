// SPDX-License-Identifier: Apache-2.0
#include "threads.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <numeric>
#include <vector>

using idem::ThreadPool;

TEST_CASE("each part of a task runs once, and what it wrote is seen") {
  for (const int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    CHECK(pool.size() == threads);
    std::vector<long> sums(static_cast<std::size_t>(threads), 0);
    long expected = 0;
    for (long round = 1; round <= 2000; ++round) {
      pool.run([&](int part) { sums[static_cast<std::size_t>(part)] += round; });
      expected += round;
      if (round % 100 == 0) {
        CHECK(std::accumulate(sums.begin(), sums.end(), 0L) == expected * threads);
      }
    }
  }
}

TEST_CASE("part 0 runs on the calling thread, the others each on their own") {
  ThreadPool pool(3);
  std::thread::id first[3], second[3];
  pool.run([&](int part) { first[part] = std::this_thread::get_id(); });
  pool.run([&](int part) { second[part] = std::this_thread::get_id(); });
  CHECK((first[0] == std::this_thread::get_id()));
  CHECK((first[1] != first[0]));
  CHECK((first[2] != first[0]));
  CHECK((first[2] != first[1]));
  for (int part = 0; part < 3; ++part) CHECK((first[part] == second[part]));
}

TEST_CASE("threads that fell asleep wake up, and slow parts are waited for") {
  ThreadPool pool(2);
  int slow = 0;
  for (int round = 0; round < 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pool.run([&](int part) {
      if (part == 0) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      ++slow;
    });
    CHECK(slow == round + 1);
  }
}

TEST_CASE("a pool that never ran can be thrown away") {
  for (int i = 0; i < 100; ++i) ThreadPool pool(4);
}

TEST_CASE("a task may be passed as a named object, constant or not") {
  ThreadPool pool(2);
  std::atomic<int> calls{0};
  const auto constant = [&](int) { ++calls; };
  auto changing = [&calls, own = std::array<std::atomic<int>, 2>{}](int part) mutable {
    calls += ++own[static_cast<std::size_t>(part)];
  };
  pool.run(constant);
  pool.run(changing);
  pool.run(changing);
  CHECK(calls == 2 + 2 + 4);
}
