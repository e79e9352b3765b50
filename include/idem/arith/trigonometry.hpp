// SPDX-License-Identifier: Apache-2.0
/// \file  Sine, cosine, and the angle of a point in the plane.
#pragma once

#include <idem/arith/elementary_parts.hpp>

namespace idem::inline IDEM_TARGET {

/// |x| up to which sin and cos are defined: 2^20 in float, 2^48 in double.
template <Real R>
inline constexpr R kGreatestAngle = detail::ElementaryTables<R>::kGreatestAngle;

namespace detail {

/// x without its sign, and the sign bit.
template <Real R>
struct Magnitude {
  R value;
  BitsOf<R> sign;
};
template <Real R>
IDEM_INLINE constexpr Magnitude<R> magnitude(R x) {
  const BitsOf<R> bits = std::bit_cast<BitsOf<R>>(x), sign = bits & Format<R>::kSign;
  return {std::bit_cast<R>(bits ^ sign), sign};
}
template <Real R>
IDEM_INLINE constexpr R flip_sign(R x, BitsOf<R> sign) {
  return std::bit_cast<R>(std::bit_cast<BitsOf<R>>(x) ^ sign);
}

/// sin(|x| + quarters pi/2) with the sign bit `sign` flipped.
template <Real R>
IDEM_INLINE constexpr R sine_of_magnitude(R x, BitsOf<R> quarters, BitsOf<R> sign) {
  using C = ElementaryTables<R>;
  const bool inside = x <= C::kGreatestAngle;
  const R y = select(inside, x, R{0});

  // y = n pi/2 + r + tail, where r + tail is exact to twice the precision. The first fma is exact
  // (Cody and Waite), the product n kHalfPiMiddle is kept in two parts, and so are the sums.
  const Whole<R> n = round_product(y, C::kTwoOverPi);
  const R first = fma(n.value, -C::kHalfPiHigh, y);
  const R product = n.value * -C::kHalfPiMiddle;
  const R product_error = fma(n.value, -C::kHalfPiMiddle, -product);
  const R second = fma(product, R{1}, first);
  const R second_error = fma(product, R{1}, first - second);
  const R low = fma(n.value, -C::kHalfPiLow, second_error + product_error);
  const R r = second + low;
  const R tail = (second - r) + low;

  const R z = r * r;
  const R base = fma(-kHalf<R> * r, r, R{1});  // 1 - r^2 / 2, and what its rounding lost
  const R base_error = fma(-kHalf<R> * r, r, 1 - base);
  const R cosine = base + fma(z * z, polynomial(C::kCos, z), fma(-r, tail, base_error));
  const R sine = r + fma(z * r, polynomial(C::kSin, z), base * tail);

  const BitsOf<R> quadrant = n.integer + quarters;
  const R value = select((quadrant & 1) != 0, cosine, sine);
  constexpr int kToSign = std::numeric_limits<BitsOf<R>>::digits - 2;
  return select(inside, flip_sign(value, ((quadrant & 2) << kToSign) ^ sign), kNan<R>);
}

}  // namespace detail

/// sin x, for |x| up to kGreatestAngle<R>; beyond, and for NaN and infinities, NaN. sin(-0) = -0.
///
/// Accuracy  at most 0.80 ulp.
/// Bits      ARITHMETIC.md section 4.4.
/// Cost      15 fma, 6 products, 9 additions in float; 21, 6, 9 in double.
template <Real R>
IDEM_INLINE constexpr R sin(R x) {
  using detail::magnitude, detail::sine_of_magnitude;
  const detail::Magnitude<R> m = magnitude(x);
  return sine_of_magnitude(m.value, BitsOf<R>{0}, m.sign);
}

/// cos x, for |x| up to kGreatestAngle<R>; beyond, and for NaN and infinities, NaN.
///
/// Accuracy  at most 0.80 ulp.
/// Bits      ARITHMETIC.md section 4.4.
/// Cost      as sin.
template <Real R>
IDEM_INLINE constexpr R cos(R x) {
  using detail::magnitude, detail::sine_of_magnitude;
  return sine_of_magnitude(magnitude(x).value, BitsOf<R>{1}, BitsOf<R>{0});
}

/// The angle of the point (x, y), from -pi to pi: atan(y / x) in the right quadrant.
///
/// Zeros and infinities have signs and directions: atan2(+-0, +0) = +-0, atan2(+-0, -0) = +-pi,
/// atan2(+-inf, -inf) = +-3 pi/4, ... (C99, F.9.1.4). A NaN gives NaN.
///
/// Accuracy  at most 0.80 ulp; subnormal arguments and results too.
/// Bits      ARITHMETIC.md section 4.5.
/// Cost      13 fma, 3 products, 8 additions, 2 divisions in float; 20, 3, 8, 2 in double.
template <Real R>
IDEM_INLINE constexpr R atan2(R y, R x) {
  using detail::flip_sign, detail::kHalf, detail::kInfinity, detail::kNan, detail::magnitude,
      detail::polynomial, detail::power_of_two, detail::select;
  using C = detail::ElementaryTables<R>;
  using F = detail::Format<R>;
  const detail::Magnitude<R> height = magnitude(y), width = magnitude(x);
  const bool steep = height.value > width.value, left = width.sign != 0;
  const R greater = select(steep, height.value, width.value);
  const R lesser = select(steep, width.value, height.value);

  // Only the ratio counts: (0, 0) and (inf, finite) have that of (1, 0), (inf, inf) that of (1, 1).
  const bool finite = greater < kInfinity<R>;
  const R d = select(finite, select(greater > 0, greater, R{1}), R{1});
  const R m = select(lesser < kInfinity<R>, select(finite, lesser, R{0}), R{1});
  // Sums up to 3 d must not overflow, and remainders must not underflow. What m loses by the
  // division is far below the least number, in units of the ratio.
  const R scale = select(d > power_of_two<R>(F::kBias + 40), power_of_two<R>(F::kBias - 4),
                         power_of_two<R>(F::kBias + 64));
  const R a = fma(m, scale, R{0}), b = fma(d, scale, R{0});  // no product may feed a sum

  // Above 1/2 the angle is taken from the diagonal: atan(a/b) = pi/4 + atan((a - b) / (a + b)).
  const bool folded = a > kHalf<R> * b;
  const R numerator = select(folded, a - b, a);
  const R denominator = select(folded, b + a, b);
  const R denominator_error = (b - denominator) + select(folded, a, R{0});
  const R q = numerator / denominator;
  const R remainder = fma(-q, denominator_error, fma(-q, denominator, numerator));
  const R z = q * q;
  // The derivative of atan, 1 / (1 + q^2), in the same division.
  const R correction = remainder / fma(q, numerator, denominator);
  const R rest = fma(z * q, polynomial(C::kAtan, z), correction);

  // eighths pi/4 +- (q + rest), with the error of the first sum carried along.
  const BitsOf<R> flip = steep != left ? F::kSign : BitsOf<R>{0};
  const R start = select(steep, R{2}, select(left, R{4}, R{0}));
  const R eighths = start + flip_sign(select(folded, R{1}, R{0}), flip);
  const R t = flip_sign(q, flip);
  const R high = fma(eighths, kHalf<R> * C::kHalfPiHigh, t);
  const R high_error = fma(eighths, kHalf<R> * C::kHalfPiHigh, -high) + t;
  const R low = fma(eighths, kHalf<R> * C::kHalfPiMiddle, flip_sign(rest, flip));
  const R angle = high + (high_error + low);
  const R value = flip_sign(angle, height.sign);
  return select(x == x, select(y == y, value, kNan<R>), kNan<R>);
}

}  // namespace idem::inline IDEM_TARGET
