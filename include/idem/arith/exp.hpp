// SPDX-License-Identifier: Apache-2.0
/// \file  The exponential function.
#pragma once

#include <idem/arith/elementary_parts.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// e^x, for x up to kExpGreatest; what lies above, and NaN, gives some number.
template <Real R>
IDEM_INLINE constexpr R exp_in_range(R x) {
  using C = ElementaryTables<R>;
  using Word = BitsOf<R>;
  const R above = select(x > C::kExpLeast, x, C::kExpLeast);
  const R y = select(above < C::kExpGreatest, above, C::kExpGreatest);

  // y = n ln 2 + r. The first fma is exact: y and n kLn2High are close, and on one grid of numbers.
  const Whole<R> n = round_product(y, C::kLog2E);
  const R r = fma(n.value, -C::kLn2Low, fma(n.value, -C::kLn2High, y));
  const R q = polynomial(C::kExp, r);
  const R p = fma(r, fma(r, q, R{1}), R{1});

  // 2^n in two factors, whose exponents add up to n: 2^(kBias + 1) is no number, and 2^n may be
  // too small for one. The first product is exact.
  const Word exponents = n.integer + Word{2 * Format<R>::kBias};  // both biased
  const Word half = exponents >> 1;
  return p * power_of_two<R>(half) * power_of_two<R>(exponents - half);
}

}  // namespace detail

/// e^x.
///
///     float    0 below -103.98, subnormal below -87.34, infinity above 88.72
///     double   0 below -745.14, subnormal below -708.40, infinity above 709.78
///     exp(+-0) = 1, exp(-inf) = +0, exp(+inf) = +inf, NaN gives NaN
///
/// Accuracy  at most 0.95 ulp; subnormal results too.
/// Bits      ARITHMETIC.md section 4.1.
/// Cost      9 fma, 2 products, 1 addition in float; 14, 2, 1 in double.
template <Real R>
IDEM_INLINE constexpr R exp(R x) {
  using detail::exp_in_range, detail::kInfinity, detail::kNan, detail::select;
  constexpr R kGreatest = detail::ElementaryTables<R>::kExpGreatest;
  const R value = select(x > kGreatest, kInfinity<R>, exp_in_range(x));
  return select(x == x, value, kNan<R>);
}

}  // namespace idem::inline IDEM_TARGET
