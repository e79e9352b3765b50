// SPDX-License-Identifier: Apache-2.0
/// \file  What the elementary functions share: Horner's rule, rounding to a whole number, powers
/// of 2.
///
/// None of these functions branches on data or compares but to select, so that a loop over them
/// vectorises and every lane does what the scalar does. Arguments outside a function's reach are
/// replaced before the arithmetic, and its result after it: no operation in between makes a NaN,
/// which constant evaluation would refuse.
#pragma once

#include <bit>
#include <cstddef>
#include <limits>
#include <utility>

#include <idem/arith/elementary_tables.hpp>
#include <idem/arith/fma.hpp>
#include <idem/arith/soft_float.hpp>
#include <idem/base/digest.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET::detail {

template <Real R>
inline constexpr R kHalf = R{1} / 2;
template <Real R>
inline constexpr R kInfinity = std::numeric_limits<R>::infinity();
template <Real R>
inline constexpr R kNan = std::numeric_limits<R>::quiet_NaN();

/// a or b: `condition ? a : b` without a branch. Compilers make it one blend; given ?: they thread
/// jumps through several such choices, and a loop over them no longer vectorises.
template <Real R>
IDEM_INLINE constexpr R select(bool condition, R a, R b) {
  const BitsOf<R> mask = BitsOf<R>{0} - BitsOf<R>{condition};
  return std::bit_cast<R>((std::bit_cast<BitsOf<R>>(a) & mask) | (std::bit_cast<BitsOf<R>>(b) & ~mask));
}

/// c[0] + c[1] x + c[2] x^2 + ..., one chain of fma from the last coefficient. Written out by a
/// fold, since GCC does not vectorise around two inner loops.
template <Real R, std::size_t N, std::size_t... I>
IDEM_INLINE constexpr R polynomial(const R (&c)[N], R x, std::index_sequence<I...>) {
  R sum = c[N - 1];
  ((sum = fma(sum, x, c[N - 2 - I])), ...);
  return sum;
}
template <Real R, std::size_t N>
IDEM_INLINE constexpr R polynomial(const R (&c)[N], R x) {
  return polynomial(c, x, std::make_index_sequence<N - 1>{});
}

/// 2^(biased - kBias), 0 < biased < kSpecial.
template <Real R>
IDEM_INLINE constexpr R power_of_two(BitsOf<R> biased) {
  return std::bit_cast<R>(biased << Format<R>::kFraction);
}

/// A whole number as a scalar, and modulo 2^width.
template <Real R>
struct Whole {
  R value;
  BitsOf<R> integer;
};

/// a b rounded to the nearest whole number, ties to even, for |a b| < 2^(kFraction - 2).
///
/// Scalars from 2^kFraction to twice that are the whole numbers: one rounding, that of the fma to
/// 1.5 2^kFraction, does it all and leaves the number in the low bits.
template <Real R>
IDEM_INLINE constexpr Whole<R> round_product(R a, R b) {
  using F = Format<R>;
  constexpr auto kAnchorBits = (BitsOf<R>{F::kBias + F::kFraction} << F::kFraction) | (F::kImplicit >> 1);
  constexpr R kAnchor = std::bit_cast<R>(kAnchorBits);
  const R anchored = fma(a, b, kAnchor);
  return {anchored - kAnchor, std::bit_cast<BitsOf<R>>(anchored) - kAnchorBits};
}

}  // namespace idem::inline IDEM_TARGET::detail
