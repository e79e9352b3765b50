// SPDX-License-Identifier: Apache-2.0
/// \file  The square root in integers, correctly rounded.
#pragma once

#include <bit>

#include <idem/arith/soft_float.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

template <Real R>
constexpr R sqrt_in_integers(R value) {
  using F = Format<R>;
  using Word = BitsOf<R>;
  const Word bits = std::bit_cast<Word>(value);
  if ((bits & ~F::kSign) == 0 || bits == F::kInfinity) return value;
  if (bits > F::kInfinity) return std::bit_cast<R>(F::kNan);
  Word rest = bits & (F::kOne - 1);
  int exponent = F::exponent(bits);
  if (exponent != 0) {
    rest |= F::kOne;
  } else {
    const int shift = std::countl_zero(rest) - (F::kWidth - F::kPrecision);
    rest <<= shift;
    exponent = 1 - shift;
  }
  exponent -= F::kBias;
  if ((exponent & 1) != 0) rest <<= 1;
  // Digit by digit, one bit beyond the precision; what is left decides the rounding.
  rest <<= 1;
  Word root = 0, sum = 0;
  for (Word bit = F::kOne << 1; bit != 0; bit >>= 1) {
    const Word trial = sum + bit;
    if (trial <= rest) {
      sum = trial + bit;
      rest -= trial;
      root += bit;
    }
    rest <<= 1;
  }
  root += root & 1;  // never a tie: a root with 25 (54) bits has a square of 50 (108)
  return std::bit_cast<R>((root >> 1) +
                          (static_cast<Word>((exponent >> 1) + F::kBias - 1) << F::kFraction));
}

constexpr float soft_sqrt(float x) {
  return sqrt_in_integers(x);
}
constexpr double soft_sqrt(double x) {
  return sqrt_in_integers(x);
}

}  // namespace idem::inline IDEM_TARGET
