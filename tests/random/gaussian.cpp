// SPDX-License-Identifier: Apache-2.0
#include <idem/random/gaussian.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>

#include <idem/base/digest.hpp>

#include "statistics.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

/// How far z is from the normal quantile of (w + 1/2) 2^-32, w < 2^31: one step of Newton's method,
/// which leaves 1e-12 of an error of 1e-6.
double distance_from_quantile(std::uint32_t w, double z) {
  const double p = (static_cast<double>(w) + 0.5) * 0x1p-32;
  const double below = std::erfc(-z / 1.4142135623730951) / 2;
  const double density = 0.3989422804014327 * std::exp(-z * z / 2);
  return (below - p) / density;
}

double value_of_fixed(std::int32_t z) {
  return static_cast<double>(z) * 0x1p-28;
}

static_assert(gaussian_fixed(0x80000000u) == 1);
static_assert(gaussian<float>(0x7fffffffu) == -0x1p-28f);

TEST_CASE("the outermost and innermost words give the recorded numbers") {
  CHECK(gaussian_fixed(0) == -1701332580);
  CHECK(gaussian_fixed(1) == -1655288302);
  CHECK(gaussian_fixed(0x7fffffffu) == -1);
  CHECK(gaussian_fixed(0x80000000u) == 1);
  CHECK(gaussian_fixed(0xfffffffeu) == 1655288302);
  CHECK(gaussian_fixed(0xffffffffu) == 1701332580);
  CHECK(canonical_bits(gaussian<float>(0)) == 0xc0cad08du);
  CHECK(canonical_bits(gaussian<float>(1)) == 0xc0c55364u);
  CHECK(canonical_bits(gaussian<float>(0x7fffffffu)) == 0xb1800000u);
  CHECK(canonical_bits(gaussian<float>(0x80000000u)) == 0x31800000u);
  CHECK(canonical_bits(gaussian<float>(0xffffffffu)) == 0x40cad08du);
  CHECK(canonical_bits(gaussian<double>(0x80000000u)) == 0x3e30000000000000u);
}

TEST_CASE("the scalar is the integer rounded to nearest even and scaled, in both precisions") {
  for (std::uint32_t i = 0; i < 200000; ++i) {
    const std::uint32_t w = i * 2654435761u;
    const auto rounded = static_cast<float>(value_of_fixed(gaussian_fixed(w)));
    CHECK(canonical_bits(gaussian<float>(w)) == canonical_bits(rounded));
    CHECK(canonical_bits(gaussian<double>(w)) == canonical_bits(static_cast<double>(rounded)));
  }
}

TEST_CASE("a word and its complement give opposite numbers") {
  for (std::uint32_t i = 0; i < 100000; ++i) {
    for (const std::uint32_t w : {i, i * 2654435761u, 0x7fffffffu - i}) {
      CHECK(gaussian_fixed(w) == -gaussian_fixed(~w));
    }
  }
}

TEST_CASE("numbers never step back as the word grows, within a binade or from one to the next") {
  const auto check = [](std::uint32_t from, std::uint32_t to) {  // inclusive
    std::int32_t before = gaussian_fixed(from);
    bool grows = true;
    for (std::uint32_t w = from; w != to;) {
      const std::int32_t z = gaussian_fixed(++w);
      grows = grows && z >= before;
      before = z;
    }
    CHECK(grows);
  };
  if (std::getenv("IDEM_TEST_ALL") != nullptr) {
    check(0, 0xffffffffu);
    return;
  }
  check(0, 100000);
  check(0x7fffffffu - 100000, 0x80000000u + 100000);
  check(0xffffffffu - 100000, 0xffffffffu);
  for (std::uint32_t joint = 1; joint < 0x80000000u; joint *= 2) {
    const std::uint32_t around = joint < 10000 ? joint : 10000;
    check(joint - around, joint + around);
    check(~(joint + around), ~(joint - around));
  }
}

TEST_CASE("numbers are within 6.6e-7 of the normal quantile in every binade") {
  constexpr std::uint32_t kPoints = 20011;
  double worst = 0;
  double bias = 0;
  for (int k = 0; k < 32; ++k) {
    const std::uint32_t first = k == 31 ? 0 : 1u << (30 - k);
    const std::uint32_t words = k == 31 ? 1 : first;
    const std::uint32_t points = words < kPoints ? words : kPoints;
    for (std::uint32_t i = 0; i < points; ++i) {
      const auto w = first + static_cast<std::uint32_t>(std::uint64_t{words} * i / points);
      const double error = distance_from_quantile(w, value_of_fixed(gaussian_fixed(w)));
      worst = std::abs(error) > worst ? std::abs(error) : worst;
      if (k < 15) bias += error / points * std::ldexp(0.5, -k);
    }
  }
  CHECK(worst < 6.6e-7);
  CHECK(worst > 6.3e-7);           // the figure of the document is no looser than it need be
  CHECK(std::abs(bias) < 1.0e-7);  // mean error of the negative half
}

constexpr float at_compile_time(Index component) {
  float x[30] = {};
  gaussian_fill(Stream{7, Purpose::teacher}, 3, x, 30);
  return x[component];
}

TEST_CASE("the compiler draws the numbers that the program draws") {
  constexpr float kCompiled[] = {at_compile_time(0), at_compile_time(13), at_compile_time(29)};
  float x[30];
  gaussian_fill(Stream{7, Purpose::teacher}, 3, x, 30);
  CHECK(x[0] == kCompiled[0]);
  CHECK(x[13] == kCompiled[1]);
  CHECK(x[29] == kCompiled[2]);
}

TEST_CASE("moments are those of N(0, 1), and 256 bins of equal probability fill evenly") {
  const std::uint64_t samples = std::getenv("IDEM_TEST_ALL") != nullptr ? 25000 : 1000;
  constexpr Index kComponents = 4000;
  static float x[kComponents];
  std::int64_t counts[256] = {};
  double sum[5] = {};
  for (std::uint64_t i = 0; i < samples; ++i) {
    gaussian_fill(Stream{29, Purpose::probe}, i, x, kComponents);
    for (const float value : x) {
      const auto z = static_cast<double>(value);
      ++counts[static_cast<int>(128 * std::erfc(-z / 1.4142135623730951))];
      for (double power = z; double& s : sum) {
        s += power;
        power *= z;
      }
    }
  }
  // The variance of the mean of z^k is (E z^2k - (E z^k)^2) / n; E z^2, z^4, ... = 1, 3, 15, 105,
  // 945.
  const double n = static_cast<double>(samples) * kComponents;
  CHECK(std::abs(sum[0] / n) < 4 * std::sqrt(1 / n));
  CHECK(std::abs(sum[1] / n - 1) < 4 * std::sqrt(2 / n));
  CHECK(std::abs(sum[2] / n) < 4 * std::sqrt(15 / n));
  CHECK(std::abs(sum[3] / n - 3) < 4 * std::sqrt(96 / n));
  CHECK(std::abs(sum[4] / n) < 4 * std::sqrt(945 / n));
  CHECK(std::abs(chi_square_sigmas(counts)) < 4);
}

TEST_CASE_TEMPLATE("the digest of a Gaussian stream is the recorded one", R, float, double) {
  Digest digest;
  for (std::uint64_t i = 0; i < 100; ++i) {
    R x[67];
    gaussian_fill(Stream{1, Purpose::inputs}, i, x, 67);
    digest.add(x, 67);
  }
  CHECK(digest.value() == (sizeof(R) == 4 ? 0x45ce4405e5fca9c7u : 0xb784054a953c235fu));
}

}  // namespace
}  // namespace idem::inline IDEM_TARGET
