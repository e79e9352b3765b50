// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdio>
#include <idem/arith/sqrt.hpp>

#include "correctly_rounded.hpp"

namespace {

using namespace correctly_rounded;
using idem::canonical_bits;

template <class R>
struct Known {
  Bits<R> x, root;
};

constexpr Known<float> kFloats[] = {
    {0x00000000, 0x00000000}, {0x80000000, 0x80000000},  // zeros keep their sign
    {0x3f800000, 0x3f800000}, {0x40800000, 0x40000000},  // 1, 4
    {0x40000000, 0x3fb504f3}, {0x40400000, 0x3fddb3d7},  // 2, 3
    {0x3f7fffff, 0x3f7fffff}, {0x3f800001, 0x3f800000},  // the neighbours of 1
    {0x407fffff, 0x3fffffff}, {0x40000001, 0x3fb504f4},  // and those of 4 and 2
    {0x00000001, 0x1a3504f3}, {0x00000002, 0x1a800000},  // the least numbers: 2^-149, 2^-148
    {0x007fffff, 0x1fffffff}, {0x00800000, 0x20000000},  // 2^-126, and just below
    {0x7f7fffff, 0x5f7fffff}, {0x7f800000, 0x7f800000},  // the largest, infinity
    {0x80000001, 0x7fc00000}, {0xbf800000, 0x7fc00000},  // negative numbers
    {0xff800000, 0x7fc00000}, {0x7fc00000, 0x7fc00000},  // minus infinity, NaN of all sorts
    {0x7f800001, 0x7fc00000}, {0xffc12345, 0x7fc00000},
};

constexpr Known<double> kDoubles[] = {
    {0x0000000000000000, 0x0000000000000000}, {0x8000000000000000, 0x8000000000000000},
    {0x3ff0000000000000, 0x3ff0000000000000}, {0x4010000000000000, 0x4000000000000000},
    {0x4000000000000000, 0x3ff6a09e667f3bcd}, {0x4008000000000000, 0x3ffbb67ae8584caa},
    {0x3fefffffffffffff, 0x3fefffffffffffff}, {0x3ff0000000000001, 0x3ff0000000000000},
    {0x400fffffffffffff, 0x3fffffffffffffff}, {0x3ff0000000000002, 0x3ff0000000000001},
    {0x0000000000000001, 0x1e60000000000000}, {0x0000000000000002, 0x1e66a09e667f3bcd},
    {0x000fffffffffffff, 0x1fffffffffffffff}, {0x0010000000000000, 0x2000000000000000},
    {0x7fefffffffffffff, 0x5fefffffffffffff}, {0x7ff0000000000000, 0x7ff0000000000000},
    {0x8000000000000001, 0x7ff8000000000000}, {0xbff0000000000000, 0x7ff8000000000000},
    {0xfff0000000000000, 0x7ff8000000000000}, {0x7ff8000000000000, 0x7ff8000000000000},
    {0x7ff0000000000001, 0x7ff8000000000000}, {0xfff8000012345678, 0x7ff8000000000000},
};

template <class R, std::size_t N>
constexpr bool compiler_agrees(const Known<R> (&table)[N]) {
  for (const auto& known : table) {
    const R x = std::bit_cast<R>(known.x);
    if (std::bit_cast<Bits<R>>(idem::soft_sqrt(x)) != known.root) return false;
    if (std::bit_cast<Bits<R>>(idem::sqrt(x)) != known.root) return false;
  }
  return true;
}
static_assert(compiler_agrees(kFloats));
static_assert(compiler_agrees(kDoubles));

/// Counts where a root differs from MPFR's, and remembers the first.
template <class R>
class Comparison {
 public:
  void check(R x) {
    const R expected = oracle_.sqrt(x), soft = idem::soft_sqrt(x), chosen = idem::sqrt(x);
    if (canonical_bits(soft) == canonical_bits(expected) &&
        canonical_bits(chosen) == canonical_bits(expected)) {
      return;
    }
    if (wrong_++ == 0) {
      std::snprintf(first_, sizeof first_, "sqrt(%a) is %a, not %a (soft) or %a", static_cast<double>(x),
                    static_cast<double>(expected), static_cast<double>(soft), static_cast<double>(chosen));
    }
  }
  ~Comparison() {
    INFO(first_);
    CHECK_EQ(wrong_, 0);
  }

 private:
  Oracle<R> oracle_;
  int wrong_ = 0;
  char first_[160] = "";
};

/// Numbers whose roots lie as close to the middle between two neighbours as numbers can: the
/// squares of such middles, rounded, and what is beside them.
template <class R>
void check_near_middles(int count) {
  Draw draw(1);
  Comparison<R> comparison;
  for (int i = 0; i < count; ++i) {
    const R drawn = draw.of_few_bits<R>(0, draw.from(1, kPrecision<R>));
    const R root = drawn < 0 ? -drawn : drawn;  // in [1, 2), where the last place is epsilon
    const R square = root * root + root * std::numeric_limits<R>::epsilon();
    const int even = 2 * draw.from(-kBias<R> / 2 + 1, kBias<R> / 2 - 1);
    const auto scale = static_cast<Bits<R>>(even) << (kPrecision<R> - 1);
    comparison.check(std::bit_cast<R>(std::bit_cast<Bits<R>>(draw.near<R>(square, 3)) + scale));
  }
}

}  // namespace

TEST_CASE("sqrt gives the known answers, at run time as at compile time") {
  for (const auto& known : kFloats) {
    volatile float x = std::bit_cast<float>(known.x);
    CAPTURE(known.x);
    CHECK_EQ(canonical_bits(idem::sqrt(x)), known.root);
    CHECK_EQ(std::bit_cast<std::uint32_t>(idem::soft_sqrt(x)), known.root);
  }
  for (const auto& known : kDoubles) {
    volatile double x = std::bit_cast<double>(known.x);
    CAPTURE(known.x);
    CHECK_EQ(canonical_bits(idem::sqrt(x)), known.root);
    CHECK_EQ(std::bit_cast<std::uint64_t>(idem::soft_sqrt(x)), known.root);
  }
}

TEST_CASE("sqrt of a float is correctly rounded over the whole range") {
  // 1 to 4 is every significand with every parity of the exponent; the rest is scaling.
  Comparison<float> comparison;
  const std::uint32_t step = all() ? 1 : 37;
  for (std::uint32_t x = 0x3f800000; x < 0x40800000; x += step) {
    comparison.check(std::bit_cast<float>(x));
  }
  const std::uint32_t stride = all() ? 251 : 4999;
  for (std::uint32_t x = 0; x < 0xffffffffu - stride; x += stride) {
    comparison.check(std::bit_cast<float>(x));
  }
}

TEST_CASE("sqrt of a double is correctly rounded for numbers of every exponent") {
  Comparison<double> comparison;
  Draw draw(2);
  for (int i = 0; i < (all() ? 20'000'000 : 300'000); ++i) {
    const double x = draw.of_few_bits<double>(draw.from(-1023, 1023), draw.from(1, 53));
    comparison.check(x < 0 ? -x : x);
    comparison.check(draw.any<double>());
  }
}

TEST_CASE("sqrt is correctly rounded where the root is nearly halfway between two numbers") {
  check_near_middles<float>(all() ? 10'000'000 : 200'000);
  check_near_middles<double>(all() ? 10'000'000 : 200'000);
}

TEST_CASE("sqrt of a square is exact, and its neighbours are told apart") {
  Comparison<double> comparison;
  Draw draw(3);
  for (int i = 0; i < (all() ? 5'000'000 : 100'000); ++i) {
    const double root = draw.of_few_bits<double>(draw.from(-511, 511), draw.from(1, 26));
    const double square = root * root;
    comparison.check(square);
    comparison.check(draw.near(square, 1));
  }
}
