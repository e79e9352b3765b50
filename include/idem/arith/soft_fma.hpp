// SPDX-License-Identifier: Apache-2.0
/// \file  Multiply and add with one rounding, in integers, or for float in double arithmetic.
#pragma once

#include <bit>
#include <cstdint>

#include <idem/arith/soft_float.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// a b + c where an operand is zero, infinite or NaN and that settles the result; else false.
template <Real R>
constexpr bool fma_special(R a, R b, R c, R& result) {
  using F = Format<R>;
  using Word = BitsOf<R>;
  constexpr Word kMagnitude = ~F::kSign;
  const Word x = std::bit_cast<Word>(a) & kMagnitude, y = std::bit_cast<Word>(b) & kMagnitude;
  const Word z = std::bit_cast<Word>(c) & kMagnitude;
  const Word sign = (std::bit_cast<Word>(a) ^ std::bit_cast<Word>(b)) & F::kSign;
  const bool opposite = ((std::bit_cast<Word>(c) ^ sign) & F::kSign) != 0;
  if (x > F::kInfinity || y > F::kInfinity || z > F::kInfinity) {
    result = std::bit_cast<R>(F::kNan);
  } else if (x == F::kInfinity || y == F::kInfinity) {
    const bool invalid = x == 0 || y == 0 || (z == F::kInfinity && opposite);
    result = std::bit_cast<R>(invalid ? F::kNan : sign | F::kInfinity);
  } else if (z == F::kInfinity) {
    result = c;
  } else if (x == 0 || y == 0) {
    result = z == 0 && opposite ? R{0} : c;
  } else {
    return false;
  }
  return true;
}

template <Real R>
constexpr R fma_in_integers(R a, R b, R c) {
  using F = Format<R>;
  using Word = BitsOf<R>;
  struct Number {
    Word significand;
    int exponent;
  };
  const auto unpack = [](Word bits) {
    const Word fraction = bits & (F::kOne - 1);
    const int exponent = F::exponent(bits);
    if (exponent != 0) return Number{fraction | F::kOne, exponent};
    if (fraction == 0) return Number{0, 1};
    const int shift = std::countl_zero(fraction) - (F::kWidth - F::kPrecision);
    return Number{fraction << shift, 1 - shift};
  };
  const Word abits = std::bit_cast<Word>(a), bbits = std::bit_cast<Word>(b);
  const Word cbits = std::bit_cast<Word>(c);
  constexpr auto kNormal = static_cast<unsigned>(F::kSpecial - 1);
  if (static_cast<unsigned>(F::exponent(abits) - 1) >= kNormal ||
      static_cast<unsigned>(F::exponent(bbits) - 1) >= kNormal ||
      static_cast<unsigned>(F::exponent(cbits) - 1) >= kNormal) {
    R result{};
    if (fma_special(a, b, c, result)) return result;
  }
  const Number x = unpack(abits), y = unpack(bbits), z = unpack(cbits);

  // Both terms with the leading bit of [1, 2) one below the top, where there is room for a carry.
  constexpr int kExtra = F::kWidth - F::kPrecision;
  Wide<Word> large = multiply(x.significand << kExtra, y.significand << (kExtra - 1));
  Wide<Word> small = {z.significand << (kExtra - 1), 0};
  int exponent = x.exponent + y.exponent - F::kBias + 1;
  int gap = exponent - z.exponent;
  Word sign = (abits ^ bbits) & F::kSign;
  const bool subtract = ((cbits ^ sign) & F::kSign) != 0;
  if (gap < 0) {
    const Wide<Word> swap = large;
    large = small;
    small = swap;
    exponent = z.exponent;
    gap = -gap;
    sign = cbits & F::kSign;
  }
  small = shift_right_jam(small, gap);
  if (subtract) {
    const bool borrow = large.lo < small.lo;
    large.lo -= small.lo;
    large.hi -= small.hi + borrow;
    if ((large.hi & F::kSign) != 0) {
      large.lo = 0 - large.lo;
      large.hi = 0 - large.hi - (large.lo != 0);
      sign ^= F::kSign;
    }
  } else {
    large.lo += small.lo;
    large.hi += small.hi + (large.lo < small.lo);
  }
  if (large.hi == 0) {
    if (large.lo == 0) return R{0};
    large = {large.lo, 0};
    exponent -= F::kWidth;
  }
  const int shift = std::countl_zero(large.hi);
  if (shift != 0) {
    large.hi = (large.hi << shift) | (large.lo >> (F::kWidth - shift));
    large.lo <<= shift;
  }
  return round_and_pack<R>(sign, exponent + 1 - shift, large.hi | Word{large.lo != 0});
}

constexpr float soft_fma(float a, float b, float c) {
  return fma_in_integers(a, b, c);
}
constexpr double soft_fma(double a, double b, double c) {
  return fma_in_integers(a, b, c);
}

/// a b + c rounded once, for processors that compute in double but have no fma.
///
/// The product of two floats is exact in double. The sum is rounded to odd: where it is inexact, to
/// the neighbour whose last bit is 1, which no second rounding to at most 53 - 2 bits can mistake
/// for a tie.
constexpr float soft_fma_by_double(float a, float b, float c) {
  const double p = static_cast<double>(a) * static_cast<double>(b);
  const double z = static_cast<double>(c);
  const double s = p + z;
  const double v = s - p;
  const double error = (p - (s - v)) + (z - v);
  const auto bits = std::bit_cast<std::uint64_t>(s);
  const bool away = ((std::bit_cast<std::uint64_t>(error) ^ bits) >> 63) == 0;
  const bool inexact = error < 0 || error > 0;  // false for the NaN of infinite sums
  const std::uint64_t step = away ? 1u : ~std::uint64_t{0};
  return static_cast<float>(
      std::bit_cast<double>(bits + (inexact && (bits & 1) == 0 ? step : std::uint64_t{0})));
}

}  // namespace idem::inline IDEM_TARGET
