// SPDX-License-Identifier: Apache-2.0
/// \file  The natural logarithm, of x and of 1 + x.
#pragma once

#include <idem/arith/elementary_parts.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// log(2^e (1 + f)), for whole e and f from -1/4 to 1/2.
///
/// e ln 2 and f can cancel (e = -1, f = 1/2), so the rounding error of their sum is carried along.
template <Real R>
IDEM_INLINE constexpr R log_of_parts(R e, R f) {
  using C = ElementaryTables<R>;
  const R high = fma(e, C::kLn2High, f);
  const R error = fma(e, C::kLn2High, -high) + f;
  const R low = fma(e, C::kLn2Low, error);
  return high + fma(f * f, polynomial(C::kLog, f), low);
}

/// The bits of a normal x = 2^e m, 3/4 <= m < 3/2, with half added to the fraction: that carries
/// into the exponent where it must, which becomes e + kBias; the fraction is that of m, less 1/2.
template <Real R>
IDEM_INLINE constexpr BitsOf<R> bits_raised_by_half(R x) {
  return std::bit_cast<BitsOf<R>>(x) + (Format<R>::kImplicit >> 1);
}

/// k - offset, exactly, for whole numbers far below 2^kFraction.
template <Real R>
IDEM_INLINE constexpr R difference(BitsOf<R> k, R offset) {
  constexpr R kAnchor = power_of_two<R>(Format<R>::kBias + Format<R>::kFraction);
  return std::bit_cast<R>(std::bit_cast<BitsOf<R>>(kAnchor) | k) - (kAnchor + offset);
}

}  // namespace detail

/// log x.
///
///     log(+-0) = -inf, log(x < 0) is NaN, log(1) = +0, log(+inf) = +inf, NaN gives NaN
///
/// Accuracy  at most 0.95 ulp.
/// Bits      ARITHMETIC.md section 4.2.
/// Cost      13 fma, 2 products, 5 additions in float; 24, 2, 5 in double.
template <Real R>
IDEM_INLINE constexpr R log(R x) {
  using detail::bits_raised_by_half, detail::difference, detail::kInfinity, detail::kNan,
      detail::log_of_parts, detail::power_of_two, detail::select;
  using F = detail::Format<R>;
  const R y = select(x > 0, x, R{1});
  const bool subnormal = y < std::numeric_limits<R>::min();
  const R up = select(subnormal, power_of_two<R>(F::kBias + F::kPrecision), R{1});
  const BitsOf<R> raised = bits_raised_by_half(y * up);
  constexpr auto kThreeQuarters = std::bit_cast<BitsOf<R>>(R{3} / 4);
  const R m = std::bit_cast<R>((raised & (F::kImplicit - 1)) + kThreeQuarters);
  const R shift = select(subnormal, R{F::kBias + F::kPrecision}, R{F::kBias});
  const R e = difference(raised >> F::kFraction, shift);
  const R value = log_of_parts(e, m - 1);

  const R positive = select(x < kInfinity<R>, value, x);
  const R zero = select(x == 0, -kInfinity<R>, kNan<R>);
  return select(x > 0, positive, zero);
}

/// log(1 + x), of the exact sum.
///
///     log1p(+-0) = +-0, log1p(-1) = -inf, log1p(x < -1) is NaN, log1p(+inf) = +inf, NaN gives NaN
///
/// 1 + x is rounded only to find the exponent e. f = 2^-e x + (2^-e - 1) is then one fma, exact but
/// for what does not count: where e exceeds the precision, and at f next to -1/4.
///
/// Accuracy  at most 0.95 ulp.
/// Bits      ARITHMETIC.md section 4.3.
/// Cost      15 fma, 1 product, 5 additions in float; 26, 1, 5 in double.
template <Real R>
IDEM_INLINE constexpr R log1p(R x) {
  using detail::bits_raised_by_half, detail::difference, detail::kInfinity, detail::kNan,
      detail::log_of_parts, detail::power_of_two, detail::select;
  using F = detail::Format<R>;
  const R above = select(x > -1, x, R{0});
  const R y = select(above < kInfinity<R>, above, R{0});
  // Beyond 2^64 the 1 is lost, and x is scaled down, so that 2^-e is always a normal number.
  constexpr int kShift = 64;
  const bool huge = y > power_of_two<R>(F::kBias + kShift);
  const BitsOf<R> less = huge ? BitsOf<R>{kShift} << F::kFraction : BitsOf<R>{0};
  const R scaled = std::bit_cast<R>(std::bit_cast<BitsOf<R>>(y) - less);
  const R one = select(huge, R{0}, R{1});

  const BitsOf<R> biased = bits_raised_by_half(scaled + one) >> F::kFraction;
  const R scale = power_of_two<R>(BitsOf<R>{2 * F::kBias} - biased);
  const R f = fma(scaled, scale, fma(one, scale, R{-1}));
  const R shift = select(huge, R{F::kBias - kShift}, R{F::kBias});
  const R value = log_of_parts(difference(biased, shift), f);

  const R in_domain = select(x == 0, x, value);
  const R below_infinity = select(x < kInfinity<R>, in_domain, x);
  const R minus_one = select(x == -1, -kInfinity<R>, kNan<R>);
  return select(x > -1, below_infinity, minus_one);
}

}  // namespace idem::inline IDEM_TARGET
