// SPDX-License-Identifier: Apache-2.0
#include <idem/random/permutation.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "statistics.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

constexpr std::uint64_t kLargest = std::uint64_t{1} << 32;

/// Every position is sent below n, and no two to the same place.
bool is_bijection(const Permutation& order, std::uint32_t n) {
  static bool hit[100000];
  std::memset(hit, 0, sizeof hit);
  for (std::uint32_t p = 0; p < n; ++p) {
    const std::uint32_t i = order(p);
    if (i >= n || hit[i]) return false;
    hit[i] = true;
  }
  return true;
}

TEST_CASE("every sample stands at exactly one position") {
  for (std::uint32_t n = 1; n <= 70; ++n) {
    for (std::uint32_t epoch = 0; epoch < 5; ++epoch) CHECK(is_bijection(Permutation(1, epoch, n), n));
  }
  for (const std::uint32_t n : {127u, 128u, 129u, 1000u, 32768u, 65535u, 65536u, 65537u, 100000u}) {
    CHECK(is_bijection(Permutation(0xffffffffffffffffu, 0xffffffffu, n), n));
  }
}

TEST_CASE("whole domains of 32 bits are permuted, in whatever type positions come") {
  const Permutation order(3, 1, kLargest);
  std::uint64_t sum = 0;
  for (std::uint64_t p = kLargest - 1000; p < kLargest; ++p) {
    CHECK(order(p) < kLargest);
    CHECK(order(p) == order(static_cast<std::uint32_t>(p)));
    sum += order(p);
  }
  CHECK(std::abs(static_cast<double>(sum) / 1000 / static_cast<double>(kLargest) - 0.5) < 0.04);
  const Permutation short_order(3, 1, 100);
  CHECK(short_order(7) == static_cast<int>(short_order(Index{7})));
  static_assert(std::is_same_v<decltype(short_order(Index{7})), Index>);
}

TEST_CASE("another epoch or seed is another order, the same ones the same order") {
  constexpr std::uint32_t kCount = 1000;
  const Permutation order(5, 2, kCount);
  const Permutation again(5, 2, kCount);
  const Permutation others[] = {{5, 3, kCount}, {6, 2, kCount}, {5 + (std::uint64_t{1} << 32), 2, kCount}};
  std::uint32_t differing = 0;
  for (std::uint32_t p = 0; p < kCount; ++p) differing += order(p) != again(p);
  CHECK(differing == 0);
  for (const Permutation& other : others) {
    std::uint32_t same = 0;
    for (std::uint32_t p = 0; p < kCount; ++p) same += order(p) == other(p);
    CHECK(same < 8);  // Poisson, mean 1
  }
}

TEST_CASE("over the epochs each sample comes at each position equally often") {
  constexpr std::uint32_t kCount = 10;
  std::int64_t counts[kCount * kCount] = {};
  for (std::uint32_t epoch = 0; epoch < 20000; ++epoch) {
    const Permutation order(8, epoch, kCount);
    for (std::uint32_t p = 0; p < kCount; ++p) ++counts[p * kCount + order(p)];
  }
  // (n - 1)^2 degrees of freedom where the helper counts n^2 - 1.
  const double chi_square = chi_square_sigmas(counts) * std::sqrt(2.0 * 99) + 99;
  CHECK(std::abs(chi_square - 81) < 4 * std::sqrt(2.0 * 81));
}

TEST_CASE("over the epochs all orders of four and of five are equally frequent") {
  std::int64_t of_four[24] = {};
  std::int64_t of_five[120] = {};
  const auto rank = [](const Permutation& order, std::uint32_t n) {
    std::uint32_t r = 0;
    for (std::uint32_t p = 0; p < n; ++p) {
      std::uint32_t smaller = 0;
      for (std::uint32_t q = p + 1; q < n; ++q) smaller += order(q) < order(p);
      r = r * (n - p) + smaller;
    }
    return r;
  };
  for (std::uint32_t epoch = 0; epoch < 60000; ++epoch) {
    ++of_four[rank(Permutation(13, epoch, 4), 4)];
    ++of_five[rank(Permutation(13, epoch, 5), 5)];
  }
  CHECK(std::abs(chi_square_sigmas(of_four)) < 4);
  CHECK(std::abs(chi_square_sigmas(of_five)) < 4);
}

TEST_CASE("where a sample stands says nothing about where its neighbour stands") {
  constexpr std::uint32_t kCount = 60000;
  std::int64_t distances[256] = {};
  const Permutation order(21, 0, kCount);
  for (std::uint32_t p = 0; p < kCount; ++p) {
    const std::uint32_t distance = order((p + 1) % kCount) + kCount - order(p);
    ++distances[std::uint64_t{distance % kCount} * 256 / kCount];
  }
  CHECK(std::abs(chi_square_sigmas(distances)) < 4);
}

constexpr std::uint32_t at_compile_time(std::uint32_t position) {
  return Permutation(1, 2, 60000)(position);
}

TEST_CASE("the order is the recorded one, at compile time and at run time") {
  constexpr std::uint32_t kCompiled[] = {at_compile_time(0), at_compile_time(1), at_compile_time(59999)};
  const Permutation order(1, 2, 60000);
  CHECK(order(0u) == kCompiled[0]);
  CHECK(order(1u) == kCompiled[1]);
  CHECK(order(59999u) == kCompiled[2]);
  CHECK(kCompiled[0] == 26707);
  CHECK(kCompiled[1] == 19240);
  CHECK(kCompiled[2] == 31328);
}

}  // namespace
}  // namespace idem::inline IDEM_TARGET
