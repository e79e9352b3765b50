// SPDX-License-Identifier: Apache-2.0
#include <idem/random/gaussian.hpp>
#include <idem/random/stream.hpp>

#include <doctest/doctest.h>

#include <utility>

#include "statistics.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

constexpr std::uint64_t kAllOnes = 0xffffffffffffffffu;

TEST_CASE("key and counter are laid out as the contract says") {
  const Stream stream{0x0123456789abcdefu, Purpose::noise, 0x76543210u};
  CHECK(stream.key() == Words{0x89abcdefu, 0x01234567u, 4u, 0x76543210u});
  CHECK(stream.words(0xfedcba9876543210u, 77) ==
        threefry4x32({0x76543210u, 0xfedcba98u, 77u, 0u}, stream.key()));
  CHECK(Stream{5, Purpose::inputs}.replica == 0);
}

TEST_CASE("the numbers of purposes are what they have always been") {
  constexpr Purpose kPurposes[] = {Purpose::inputs,      Purpose::teacher,  Purpose::init,
                                   Purpose::noise,       Purpose::shuffle,  Purpose::signs,
                                   Purpose::test_inputs, Purpose::spectrum, Purpose::probe};
  std::uint32_t number = 0;
  for (const Purpose purpose : kPurposes) CHECK(static_cast<std::uint32_t>(purpose) == ++number);
}

TEST_CASE("component c is word c mod 4 of block c / 4, whatever was asked for before") {
  const Stream stream{3, Purpose::inputs};
  for (Index c = 70; c >= 0; --c) {
    const Words block = stream.words(9, static_cast<std::uint32_t>(c / 4));
    CHECK(stream.word(9, c) == block[static_cast<std::size_t>(c % 4)]);
  }
}

TEST_CASE("an index beyond 32 bits carries into the second word of the counter") {
  const Stream stream{3, Purpose::inputs};
  const Words below = stream.words(0xffffffffu, 0);
  const Words above = stream.words(0x100000000u, 0);
  CHECK(below == threefry4x32({0xffffffffu, 0, 0, 0}, stream.key()));
  CHECK(above == threefry4x32({0, 1, 0, 0}, stream.key()));
  CHECK(above != stream.words(0, 0));
  CHECK(above != stream.words(0, 1));
  CHECK(stream.words(kAllOnes, 0) == threefry4x32({0xffffffffu, 0xffffffffu, 0, 0}, stream.key()));
}

TEST_CASE("the extremes of seed and replica are streams like any other") {
  const Stream streams[] = {{0, Purpose::inputs},           {0, Purpose::inputs, 0xffffffffu},
                            {kAllOnes, Purpose::inputs},    {kAllOnes, Purpose::inputs, 0xffffffffu},
                            {0xffffffffu, Purpose::inputs}, {0xffffffff00000000u, Purpose::inputs}};
  for (const Stream& a : streams) {
    CHECK(a.words(0, 0) == threefry4x32({}, {static_cast<std::uint32_t>(a.seed),
                                             static_cast<std::uint32_t>(a.seed >> 32), 1, a.replica}));
    for (const Stream& b : streams) {
      if (&a != &b) CHECK(a.words(0, 0) != b.words(0, 0));
    }
  }
}

TEST_CASE("each byte of the words is uniform") {
  const Stream stream{17, Purpose::probe};
  std::int64_t counts[4][256] = {};
  for (std::uint64_t i = 0; i < 250000; ++i) {
    for (const std::uint32_t word : stream.words(i, 0)) {
      for (int byte = 0; byte < 4; ++byte) ++counts[byte][word >> (8 * byte) & 255u];
    }
  }
  for (const auto& of_byte : counts) {
    const double sigmas = chi_square_sigmas(of_byte);
    CHECK(sigmas > -4);
    CHECK(sigmas < 4);
  }
}

TEST_CASE("neighbours in seed, purpose, replica, index, block and component are uncorrelated") {
  constexpr std::int64_t kCount = 200000;
  const auto check = [](const auto& draw) {
    const double sigmas = correlation_sigmas(kCount, draw);
    CHECK(sigmas > -4);
    CHECK(sigmas < 4);
  };
  const auto normal = [](const Stream& stream, std::uint64_t index, Index component) {
    return gaussian<float>(stream.word(index, component));
  };
  const Stream here{100, Purpose::inputs, 5};
  const Stream others[] = {{101, Purpose::inputs, 5},
                           {100 + (std::uint64_t{1} << 32), Purpose::inputs, 5},
                           {100, Purpose::teacher, 5},
                           {100, Purpose::inputs, 6}};
  for (const Stream& other : others) {
    check([&](std::int64_t i) {
      const auto index = static_cast<std::uint64_t>(i);
      return std::pair(normal(here, index, 0), normal(other, index, 0));
    });
  }
  for (const std::uint64_t step : {std::uint64_t{1}, std::uint64_t{1} << 32}) {
    check([&](std::int64_t i) {
      const auto index = static_cast<std::uint64_t>(i);
      return std::pair(normal(here, index, 0), normal(here, index + step, 0));
    });
  }
  for (const Index component : {Index{1}, Index{2}, Index{3}, Index{4}}) {
    check([&](std::int64_t i) {
      const auto index = static_cast<std::uint64_t>(i);
      return std::pair(normal(here, index, 0), normal(here, index, component));
    });
  }
  // The first draw of each of many seeds, against that of the next.
  check([&](std::int64_t i) {
    const auto seed = static_cast<std::uint64_t>(i);
    return std::pair(normal({seed, Purpose::inputs}, 0, 0), normal({seed + 1, Purpose::inputs}, 0, 0));
  });
}

}  // namespace
}  // namespace idem::inline IDEM_TARGET
