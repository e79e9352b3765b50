// SPDX-License-Identifier: Apache-2.0
/// \file  The elementary functions: their corners, and the same bits however they are computed.
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <idem/arith/elementary.hpp>
#include <idem/base/digest.hpp>

#include "correctly_rounded.hpp"

namespace {

using idem::BitsOf;
using idem::canonical_bits;
using idem::Real;

template <Real R>
constexpr R kInf = std::numeric_limits<R>::infinity();
template <Real R>
constexpr R kNan = std::numeric_limits<R>::quiet_NaN();
template <Real R>
constexpr R kLeast = std::numeric_limits<R>::denorm_min();
template <Real R>
constexpr R kGreatest = std::numeric_limits<R>::max();

/// Every function on one argument or two, in the order of the tables of digests below.
constexpr std::size_t kFunctions = 8;
constexpr std::array<const char*, kFunctions> kNames = {"exp", "log",      "log1p",    "sin",
                                                        "cos", "softplus", "logistic", "atan2"};
template <Real R>
constexpr R apply(std::size_t function, R x, R y) {
  switch (function) {
    case 0:
      return idem::exp(x);
    case 1:
      return idem::log(x);
    case 2:
      return idem::log1p(x);
    case 3:
      return idem::sin(x);
    case 4:
      return idem::cos(x);
    case 5:
      return idem::softplus(x);
    case 6:
      return idem::logistic(x);
    default:
      return idem::atan2(x, y);
  }
}

/// Half of these are any bits, so that all exponents are alike; half are between 2^-24 and 2^8,
/// where the functions do something.
template <Real R>
std::vector<R> arguments(std::size_t count) {
  constexpr int kFraction = std::numeric_limits<R>::digits - 1;
  constexpr int kBias = std::numeric_limits<R>::max_exponent - 1;
  correctly_rounded::Draw draw(4);
  std::vector<R> result;
  while (result.size() < count) {
    const std::uint64_t word = draw.word();
    const auto bits = static_cast<BitsOf<R>>(word >> (64 - 8 * sizeof(R)));
    result.push_back(std::bit_cast<R>(bits));
    const auto exponent = static_cast<BitsOf<R>>(kBias - 24) + (bits >> kFraction) % 32;
    constexpr BitsOf<R> kExponents = BitsOf<R>{2 * kBias + 1} << kFraction;
    result.push_back(std::bit_cast<R>((bits & ~kExponents) | (exponent << kFraction)));
  }
  return result;
}

/// Corners, and a few ordinary numbers.
template <Real R>
constexpr std::array<R, 20> kSome = {R{0},          -R{0},   kLeast<R>, -kLeast<R>, kGreatest<R>,
                                     -kGreatest<R>, kInf<R>, -kInf<R>,  kNan<R>,    R{1},
                                     R{-1},         R{22},   R{1} / 3,  R{-2} / 7,  R{26} / 7,
                                     R{88},         R{-103}, R{709},    R{-745},    R{1} / 100000000};

std::string hexadecimal(std::uint64_t value) {
  std::string digits;
  for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[(value >> shift) & 15];
  return digits;
}

}  // namespace

#define CHECK_SAME(a, b) CHECK(canonical_bits<R>(a) == canonical_bits<R>(b))

TEST_CASE_TEMPLATE("exp, log and log1p keep their special values", R, float, double) {
  CHECK_SAME(idem::exp(R{0}), R{1});
  CHECK_SAME(idem::exp(-R{0}), R{1});
  CHECK_SAME(idem::exp(kInf<R>), kInf<R>);
  CHECK_SAME(idem::exp(-kInf<R>), R{0});
  CHECK_SAME(idem::exp(kNan<R>), kNan<R>);
  CHECK_SAME(idem::exp(kGreatest<R>), kInf<R>);
  CHECK_SAME(idem::exp(-kGreatest<R>), R{0});
  CHECK_SAME(idem::exp(kLeast<R>), R{1});

  CHECK_SAME(idem::log(R{0}), -kInf<R>);
  CHECK_SAME(idem::log(-R{0}), -kInf<R>);
  CHECK_SAME(idem::log(R{1}), R{0});
  CHECK_SAME(idem::log(kInf<R>), kInf<R>);
  CHECK_SAME(idem::log(-kInf<R>), kNan<R>);
  CHECK_SAME(idem::log(-kLeast<R>), kNan<R>);
  CHECK_SAME(idem::log(R{-1}), kNan<R>);
  CHECK_SAME(idem::log(kNan<R>), kNan<R>);

  CHECK_SAME(idem::log1p(R{0}), R{0});
  CHECK_SAME(idem::log1p(-R{0}), -R{0});
  CHECK_SAME(idem::log1p(R{-1}), -kInf<R>);
  CHECK_SAME(idem::log1p(R{-2}), kNan<R>);
  CHECK_SAME(idem::log1p(-kInf<R>), kNan<R>);
  CHECK_SAME(idem::log1p(kInf<R>), kInf<R>);
  CHECK_SAME(idem::log1p(kNan<R>), kNan<R>);
  CHECK_SAME(idem::log1p(kLeast<R>), kLeast<R>);
  CHECK_SAME(idem::log1p(-kLeast<R>), -kLeast<R>);
}

TEST_CASE("exp reaches infinity and zero where the exact value does") {
  CHECK(idem::exp(0x1.62e42ep+6f) < kInf<float>);  // 88.72283: just below log(2^128)
  CHECK(idem::exp(0x1.62e430p+6f) == kInf<float>);
  CHECK(idem::exp(-0x1.9fe368p+6f) == kLeast<float>);  // -103.97208: just above log(2^-150)
  CHECK(idem::exp(-0x1.9fe36ap+6f) == 0);
  CHECK(idem::exp(0x1.62e42fefa39efp+9) < kInf<double>);
  CHECK(idem::exp(0x1.62e42fefa39f0p+9) == kInf<double>);
  CHECK(idem::exp(-0x1.74910d52d3051p+9) == kLeast<double>);
  CHECK(idem::exp(-0x1.74910d52d3052p+9) == 0);
}

TEST_CASE_TEMPLATE("softplus and its derivative reach their limits", R, float, double) {
  CHECK_SAME(idem::softplus(-kInf<R>), R{0});
  CHECK_SAME(idem::softplus(-kGreatest<R>), R{0});
  CHECK_SAME(idem::softplus(kInf<R>), kInf<R>);
  CHECK_SAME(idem::softplus(kGreatest<R>), kGreatest<R>);
  CHECK_SAME(idem::softplus(kNan<R>), kNan<R>);
  CHECK_SAME(idem::softplus(-R{0}), idem::softplus(R{0}));
  CHECK_SAME(idem::softplus(R{0}), idem::log(R{2}));

  CHECK_SAME(idem::logistic(-kInf<R>), R{0});
  CHECK_SAME(idem::logistic(-kGreatest<R>), R{0});
  CHECK_SAME(idem::logistic(kInf<R>), R{1});
  CHECK_SAME(idem::logistic(kNan<R>), kNan<R>);
  CHECK_SAME(idem::logistic(R{0}), R{1} / 2);
  CHECK_SAME(idem::logistic(-R{0}), R{1} / 2);
}

TEST_CASE_TEMPLATE("sin and cos end where they say, and keep the sign of zero", R, float, double) {
  constexpr R kEnd = idem::kGreatestAngle<R>;
  const R beyond = std::bit_cast<R>(std::bit_cast<BitsOf<R>>(kEnd) + 1);
  CHECK(kEnd == (sizeof(R) == 4 ? R{0x1p20} : R{0x1p48}));
  for (const R sign : {R{1}, R{-1}}) {
    CHECK(idem::sin(sign * kEnd) == idem::sin(sign * kEnd));
    CHECK(idem::cos(sign * kEnd) == idem::cos(sign * kEnd));
    for (const R x : {beyond, kGreatest<R>, kInf<R>, kNan<R>}) {
      CHECK_SAME(idem::sin(sign * x), kNan<R>);
      CHECK_SAME(idem::cos(sign * x), kNan<R>);
    }
    CHECK_SAME(idem::sin(sign * R{0}), sign * R{0});
    CHECK_SAME(idem::cos(sign * R{0}), R{1});
    CHECK_SAME(idem::sin(sign * kLeast<R>), sign * kLeast<R>);
  }
  for (const R x : arguments<R>(10000)) {
    CHECK_SAME(idem::sin(-x), -idem::sin(x));
    CHECK_SAME(idem::cos(-x), idem::cos(x));
  }
}

TEST_CASE_TEMPLATE("atan2 knows the directions of zeros and infinities", R, float, double) {
  const R pi = idem::detail::ElementaryTables<R>::kHalfPiHigh * 2;   // nearest, as are its parts
  const auto three_quarters = static_cast<R>(0x1.2d97c7f3321d2p+1);  // rounds right in both
  for (const R sign : {R{1}, R{-1}}) {
    CHECK_SAME(idem::atan2(sign * R{0}, R{0}), sign * R{0});
    CHECK_SAME(idem::atan2(sign * R{0}, -R{0}), sign * pi);
    CHECK_SAME(idem::atan2(sign * R{0}, kInf<R>), sign * R{0});
    CHECK_SAME(idem::atan2(sign * R{0}, -kInf<R>), sign * pi);
    CHECK_SAME(idem::atan2(sign * kInf<R>, kInf<R>), sign * pi / 4);
    CHECK_SAME(idem::atan2(sign * kInf<R>, -kInf<R>), sign * three_quarters);
    for (const R x : {kLeast<R>, R{1}, kGreatest<R>}) {
      CHECK_SAME(idem::atan2(sign * R{0}, x), sign * R{0});
      CHECK_SAME(idem::atan2(sign * R{0}, -x), sign * pi);
      CHECK_SAME(idem::atan2(sign * x, R{0}), sign * pi / 2);
      CHECK_SAME(idem::atan2(sign * x, -R{0}), sign * pi / 2);
      CHECK_SAME(idem::atan2(sign * x, kInf<R>), sign * R{0});
      CHECK_SAME(idem::atan2(sign * x, -kInf<R>), sign * pi);
      CHECK_SAME(idem::atan2(sign * kInf<R>, x), sign * pi / 2);
      CHECK_SAME(idem::atan2(sign * kInf<R>, -x), sign * pi / 2);
      CHECK_SAME(idem::atan2(sign * x, x), sign * pi / 4);
      CHECK_SAME(idem::atan2(sign * x, -x), sign * three_quarters);
    }
    for (const R x : {R{0}, R{1}, kInf<R>, kNan<R>}) {
      CHECK_SAME(idem::atan2(sign * kNan<R>, x), kNan<R>);
      CHECK_SAME(idem::atan2(x, sign * kNan<R>), kNan<R>);
    }
    CHECK_SAME(idem::atan2(sign * kLeast<R>, kGreatest<R>), sign * R{0});
    CHECK_SAME(idem::atan2(sign * kLeast<R>, R{1}), sign * kLeast<R>);
    CHECK_SAME(idem::atan2(sign * kGreatest<R>, kLeast<R>), sign * pi / 2);
  }
}

TEST_CASE_TEMPLATE("a constant has the bits that run time gives", R, float, double) {
  constexpr auto kConstants = [] {
    std::array<std::array<R, kSome<R>.size()>, kFunctions> results{};
    for (std::size_t f = 0; f < kFunctions; ++f) {
      for (std::size_t i = 0; i < kSome<R>.size(); ++i) {
        results[f][i] = apply(f, kSome<R>[i], kSome<R>[(i + 7) % kSome<R>.size()]);
      }
    }
    return results;
  }();
  for (std::size_t f = 0; f < kFunctions; ++f) {
    for (std::size_t i = 0; i < kSome<R>.size(); ++i) {
      const volatile R x = kSome<R>[i], y = kSome<R>[(i + 7) % kSome<R>.size()];
      CAPTURE(std::string(kNames[f]));
      CAPTURE(kSome<R>[i]);
      CHECK_SAME(kConstants[f][i], apply<R>(f, x, y));
    }
  }
}

TEST_CASE_TEMPLATE("a loop over an array gives the bits of one call at a time", R, float, double) {
  const std::vector<R> x = arguments<R>(1024);
  std::array<std::vector<R>, kFunctions> loop;
  for (auto& results : loop) results.resize(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) loop[0][i] = idem::exp(x[i]);
  for (std::size_t i = 0; i < x.size(); ++i) loop[1][i] = idem::log(x[i]);
  for (std::size_t i = 0; i < x.size(); ++i) loop[2][i] = idem::log1p(x[i]);
  for (std::size_t i = 0; i < x.size(); ++i) loop[3][i] = idem::sin(x[i]);
  for (std::size_t i = 0; i < x.size(); ++i) loop[4][i] = idem::cos(x[i]);
  for (std::size_t i = 0; i < x.size(); ++i) loop[5][i] = idem::softplus(x[i]);
  for (std::size_t i = 0; i < x.size(); ++i) loop[6][i] = idem::logistic(x[i]);
  for (std::size_t i = 0; i < x.size(); ++i) loop[7][i] = idem::atan2(x[i], x[x.size() - 1 - i]);
  for (std::size_t f = 0; f < kFunctions; ++f) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const volatile R one = x[i], other = x[x.size() - 1 - i];
      CHECK_SAME(loop[f][i], apply<R>(f, one, other));
    }
  }
}

TEST_CASE_TEMPLATE("the bits are those recorded", R, float, double) {
  constexpr std::array<const char*, kFunctions> kFloat = {
      "885328cdd4f80b46", "a88cb88d6481c243", "47b47c34703c0c73", "3f7350b9145b8ef2",
      "058e92e01b39cadf", "9f8230fe8a507d00", "bd3aef7648b4b227", "99e0c86e33f7c96d"};
  constexpr std::array<const char*, kFunctions> kDouble = {
      "3b9de75f160c6172", "d24082510c9e64f2", "122156faeb655f75", "c5c0dbac2ea5171d",
      "9716cd693bf388d9", "42368873a07aada9", "8ab7b3f39eea1212", "772461a42e9c764f"};
  const std::vector<R> x = arguments<R>(20000);
  for (std::size_t f = 0; f < kFunctions; ++f) {
    idem::Digest digest;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const R result = apply(f, x[i], x[x.size() - 1 - i]);
      digest.add(&result, 1);
    }
    CAPTURE(std::string(kNames[f]));
    CHECK(hexadecimal(digest.value()) == std::string(sizeof(R) == 4 ? kFloat[f] : kDouble[f]));
  }
}
