// SPDX-License-Identifier: Apache-2.0
#include <idem/random/uniform.hpp>

#include <doctest/doctest.h>

#include <cstring>

#include <idem/base/digest.hpp>

#include "statistics.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

static_assert(uniform<float>(0) == 0x1p-24f);
static_assert(uniform<double>(0xffffffffu) == 1.0 - 0x1p-24);

TEST_CASE("a uniform number is the middle of its part of (0, 1), exactly") {
  const std::uint32_t words[] = {0, 1, 511, 512, 0x7fffffffu, 0x80000000u, 0xfffffe00u, 0xffffffffu};
  for (const std::uint32_t word : words) {
    const double middle = (static_cast<double>(word >> 9) + 0.5) / 8388608.0;
    CHECK(static_cast<double>(uniform<float>(word)) == middle);
    CHECK(uniform<double>(word) == middle);
  }
  CHECK(uniform<float>(511) == uniform<float>(0));
  CHECK(uniform<float>(512) > uniform<float>(511));
  CHECK(uniform<float>(0) > 0.0f);
  CHECK(uniform<float>(0xffffffffu) < 1.0f);
}

TEST_CASE_TEMPLATE("filling gives what drawing one by one gives, and touches nothing else", R, float,
                   double) {
  const Stream stream{11, Purpose::spectrum, 2};
  for (Index count = 0; count <= 150; ++count) {
    R filled[160];
    R expected[160];
    for (R& x : filled) x = R{-7};
    std::memcpy(expected, filled, sizeof filled);
    const std::uint64_t index = (std::uint64_t{1} << 32) - 70 + static_cast<std::uint64_t>(count);
    for (Index c = 0; c < count; ++c) expected[3 + c] = uniform<R>(stream.word(index, c));
    uniform_fill(stream, index, filled + 3, count);
    CHECK(std::memcmp(filled, expected, sizeof filled) == 0);
  }
}

TEST_CASE("uniform numbers fill 256 bins evenly, with mean 1/2 and variance 1/12") {
  constexpr std::uint64_t kSamples = 1000;
  constexpr Index kComponents = 4000;
  static float x[kComponents];
  std::int64_t counts[256] = {};
  double sum = 0;
  double square = 0;
  for (std::uint64_t i = 0; i < kSamples; ++i) {
    uniform_fill(Stream{23, Purpose::probe}, i, x, kComponents);
    for (const float u : x) {
      ++counts[static_cast<int>(u * 256.0f)];
      const double d = static_cast<double>(u) - 0.5;
      sum += d;
      square += d * d;
    }
  }
  const double n = static_cast<double>(kSamples) * kComponents;
  CHECK(std::abs(chi_square_sigmas(counts)) < 4);
  CHECK(std::abs(sum / n) < 4 * std::sqrt(1.0 / 12 / n));
  CHECK(std::abs(square / n - 1.0 / 12) < 4 * std::sqrt(1.0 / 180 / n));
}

TEST_CASE_TEMPLATE("the digest of a uniform stream is the recorded one", R, float, double) {
  Digest digest;
  for (std::uint64_t i = 0; i < 100; ++i) {
    R x[67];
    uniform_fill(Stream{1, Purpose::inputs}, i, x, 67);
    digest.add(x, 67);
  }
  CHECK(digest.value() == (sizeof(R) == 4 ? 0xade96657451f40eau : 0x739582246c0b1a8du));
}

}  // namespace
}  // namespace idem::inline IDEM_TARGET
