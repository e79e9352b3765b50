// SPDX-License-Identifier: Apache-2.0
/// \file  a b + c with one rounding where the processor has no instruction for it.
#pragma once

#include <bit>
#include <cstdint>

#include <idem/arith/soft_float.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// Whether a b + c is settled by an operand that is zero, infinite or NaN; if so, what it is.
template <Real R>
constexpr bool settles_fma(BitsOf<R> a, BitsOf<R> b, BitsOf<R> c, BitsOf<R>& result) {
  using F = Format<R>;
  using Word = BitsOf<R>;
  const Word sign = (a ^ b) & F::kSign;
  const bool opposite = ((sign ^ c) & F::kSign) != 0;
  const Word x = a & ~F::kSign, y = b & ~F::kSign, z = c & ~F::kSign;
  if (x > F::kInfinity || y > F::kInfinity || z > F::kInfinity) {
    result = F::kNan;
  } else if (x == F::kInfinity || y == F::kInfinity) {
    const bool invalid = x == 0 || y == 0 || (z == F::kInfinity && opposite);
    result = invalid ? F::kNan : sign | F::kInfinity;
  } else if (z == F::kInfinity) {
    result = c;
  } else if (x == 0 || y == 0) {
    result = z == 0 && opposite ? 0 : c;
  } else {
    return false;
  }
  return true;
}

}  // namespace detail

/// a b + c, rounded once to nearest even, in integers only; also at compile time.
///
/// Bits    ARITHMETIC.md section 2; a NaN is the positive quiet one, 7fc00000 or 7ff8000000000000.
/// Cost    for normal numbers, optimized for speed or size: float 200 to 220 instructions on a
///         Cortex-M0 and 95 to 110 on an M3; double 510 to 560 and 220.
template <Real R>
[[gnu::noinline]] constexpr R soft_fma(R a, R b, R c) {
  using F = detail::Format<R>;
  using Word = BitsOf<R>;
  const Word a_bits = std::bit_cast<Word>(a), b_bits = std::bit_cast<Word>(b);
  const Word c_bits = std::bit_cast<Word>(c);
  auto x = detail::unpack_normal<R>(a_bits), y = detail::unpack_normal<R>(b_bits);
  auto z = detail::unpack_normal<R>(c_bits);
  const auto is_normal = [](int exponent) { return exponent > 0 && exponent < F::kSpecial; };
  if (!is_normal(x.exponent) || !is_normal(y.exponent) || !is_normal(z.exponent)) {
    Word result = 0;
    if (detail::settles_fma<R>(a_bits, b_bits, c_bits, result)) return std::bit_cast<R>(result);
    x = detail::unpack<R>(a_bits);
    y = detail::unpack<R>(b_bits);
    z = detail::unpack<R>(c_bits);
  }

  // Both terms exactly, in two words. A significand of [1, 2) has its leading bit two below the
  // top: the sum of a product below 4 and a term below 2 still fits.
  auto sum = detail::multiply(x.significand << F::kSpare, y.significand << (F::kSpare - 1));
  detail::Wide<Word> term = {z.significand << (F::kSpare - 2), 0};
  int exponent = x.exponent + y.exponent - F::kBias;
  int gap = exponent - z.exponent;
  Word sign = (a_bits ^ b_bits) & F::kSign;
  const bool opposite = ((sign ^ c_bits) & F::kSign) != 0;
  if (gap < 0) {
    const auto product = sum;
    sum = term;
    term = product;
    exponent = z.exponent;
    gap = -gap;
    sign = c_bits & F::kSign;
  }
  // A term loses bits only beyond a gap so wide that the difference cannot cancel more than two.
  term = detail::shift_right_sticky(term, gap);

  if (opposite) {
    const bool borrow = sum.lo < term.lo;
    sum.lo -= term.lo;
    sum.hi -= term.hi + borrow;
    if ((sum.hi & F::kSign) != 0) {
      sum.lo = 0 - sum.lo;
      sum.hi = ~sum.hi + (sum.lo == 0);
      sign ^= F::kSign;
    }
  } else {
    sum.lo += term.lo;
    sum.hi += term.hi + (sum.lo < term.lo);
  }
  if (sum.hi == 0) {
    if (sum.lo == 0) return R{0};  // exact cancellation
    sum = {sum.lo, 0};
    exponent -= F::kWidth;
  }
  const int shift = std::countl_zero(sum.hi);
  if (shift != 0) {
    sum.hi = (sum.hi << shift) | (sum.lo >> (F::kWidth - shift));
    sum.lo <<= shift;
  }
  return detail::round_and_pack<R>(sign, exponent + 2 - shift, sum.hi | Word{sum.lo != 0});
}

/// a b + c, rounded once to nearest even, for processors that have double arithmetic but no fma.
/// No branch, no special case: a loop over it vectorises.
///
/// The product of two floats is exact in double. The sum is rounded to odd: cut off, its last bit
/// set where anything was lost. 53 bits so rounded are enough (2 x 24 + 2 suffice) for the
/// conversion to float to round as if it saw the exact sum, subnormal results included.
///
/// Bits    as soft_fma, but for the bits of a NaN.
/// Source  S. Boldo, G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved
///         algorithms using rounding to odd", IEEE Transactions on Computers 57(4), 2008. The
///         error of a sum is Knuth's.
constexpr float soft_fma_by_double(float a, float b, float c) {
  const double product = static_cast<double>(a) * static_cast<double>(b);
  const double term = static_cast<double>(c);
  const double sum = product + term;
  const double other = sum - product;
  const double error = (product - (sum - other)) + (term - other);
  const auto bits = std::bit_cast<std::uint64_t>(sum);
  const std::uint64_t away = (bits ^ std::bit_cast<std::uint64_t>(error)) >> 63;
  const bool inexact = (error < 0) | (error > 0);  // an infinite sum has a NaN for its error
  return static_cast<float>(std::bit_cast<double>(inexact ? (bits - away) | 1 : bits));
}

}  // namespace idem::inline IDEM_TARGET
