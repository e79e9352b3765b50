// SPDX-License-Identifier: Apache-2.0
/// \file  Floating-point numbers as integers: what soft_fma and soft_sqrt are made of.
///
/// One text for both precisions. A Word is as wide as the scalar and a product takes two of them,
/// so that the float routines need nothing a 32-bit processor has not got.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include <idem/base/digest.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET::detail {

/// The interchange formats of IEEE 754-2019, section 3.4: sign, biased exponent, fraction.
template <Real R>
struct Format {
  using Word = BitsOf<R>;
  static constexpr int kWidth = std::numeric_limits<Word>::digits;
  static constexpr int kPrecision = std::numeric_limits<R>::digits;  // with the implicit bit
  static constexpr int kFraction = kPrecision - 1;
  static constexpr int kSpare = kWidth - kPrecision;
  static constexpr int kBias = std::numeric_limits<R>::max_exponent - 1;
  static constexpr int kSpecial = 2 * kBias + 1;  // the exponent of infinity and NaN

  static constexpr Word kSign = Word{1} << (kWidth - 1);
  static constexpr Word kImplicit = Word{1} << kFraction;
  static constexpr Word kInfinity = Word{kSpecial} << kFraction;
  static constexpr Word kNan = kInfinity | (kImplicit >> 1);  // the quiet one, as canonical_bits

  static constexpr int exponent(Word bits) { return static_cast<int>(bits >> kFraction) & kSpecial; }
};

/// |value| = significand 2^(exponent - kBias - kFraction).
template <class Word>
struct Unpacked {
  Word significand;
  int exponent;
};

/// A normal number, of which there is nothing to ask.
template <Real R>
IDEM_INLINE constexpr Unpacked<BitsOf<R>> unpack_normal(BitsOf<R> bits) {
  using F = Format<R>;
  return {(bits & (F::kImplicit - 1)) | F::kImplicit, F::exponent(bits)};
}

/// Any finite number. The significand of all but 0 has kPrecision bits: a subnormal number is
/// shifted up, its exponent falling below 1.
template <Real R>
constexpr Unpacked<BitsOf<R>> unpack(BitsOf<R> bits) {
  using F = Format<R>;
  if (F::exponent(bits) != 0) return unpack_normal<R>(bits);
  const BitsOf<R> fraction = bits & (F::kImplicit - 1);
  if (fraction == 0) return {0, 1};
  const int shift = std::countl_zero(fraction) - F::kSpare;
  return {fraction << shift, 1 - shift};
}

/// hi 2^width + lo.
template <class Word>
struct Wide {
  Word hi;
  Word lo;
};

/// x / 2^count for count >= 0, the last bit also standing for all that fell off: while at least two
/// bits stand between the last and the place of rounding, it rounds as the exact quotient does.
template <class Word>
constexpr Word shift_right_sticky(Word x, int count) {
  constexpr int kWidth = std::numeric_limits<Word>::digits;
  if (count == 0) return x;
  if (count >= kWidth) return x != 0;
  return (x >> count) | Word{(x << (kWidth - count)) != 0};
}
template <class Word>
constexpr Wide<Word> shift_right_sticky(Wide<Word> x, int count) {
  constexpr int kWidth = std::numeric_limits<Word>::digits;
  if (count == 0) return x;
  if (count >= kWidth) return {0, shift_right_sticky(x.hi, count - kWidth) | Word{x.lo != 0}};
  return {x.hi >> count, (x.hi << (kWidth - count)) | shift_right_sticky(x.lo, count)};
}

/// The exact product.
constexpr Wide<std::uint32_t> multiply(std::uint32_t a, std::uint32_t b) {
#if IDEM_WIDE_MULTIPLY
  const std::uint64_t product = std::uint64_t{a} * b;
  return {static_cast<std::uint32_t>(product >> 32), static_cast<std::uint32_t>(product)};
#else
  // By halves. No sum overflows: (2^16 - 1)^2 + (2^16 - 1) < 2^32.
  const std::uint32_t a0 = a & 0xffffu, a1 = a >> 16, b0 = b & 0xffffu, b1 = b >> 16;
  const std::uint32_t low = a0 * b0;
  const std::uint32_t left = a1 * b0 + (low >> 16);
  const std::uint32_t right = a0 * b1 + (left & 0xffffu);
  return {a1 * b1 + (left >> 16) + (right >> 16), (right << 16) | (low & 0xffffu)};
#endif
}
constexpr Wide<std::uint64_t> multiply(std::uint64_t a, std::uint64_t b) {
#if defined(__SIZEOF_INT128__)
  __extension__ using Uint128 = unsigned __int128;
  const Uint128 product = Uint128{a} * b;
  return {static_cast<std::uint64_t>(product >> 64), static_cast<std::uint64_t>(product)};
#else
  const auto of_halves = [](std::uint64_t x, std::uint64_t y) {
    const auto p = multiply(static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y));
    return (std::uint64_t{p.hi} << 32) | p.lo;
  };
  const std::uint64_t low = of_halves(a, b);
  const std::uint64_t left = of_halves(a >> 32, b) + (low >> 32);
  const std::uint64_t right = of_halves(a, b >> 32) + (left & 0xffffffffu);
  return {of_halves(a >> 32, b >> 32) + (left >> 32) + (right >> 32), (right << 32) | (low & 0xffffffffu)};
#endif
}

/// The number of this sign (0 or kSign) and biased exponent whose significand has its leading bit
/// at the top of the word and its last bit sticky: rounded to nearest even, on the subnormal grid
/// where the exponent is below 1, to infinity where it is beyond the range.
template <Real R>
constexpr R round_and_pack(BitsOf<R> sign, int exponent, BitsOf<R> significand) {
  using F = Format<R>;
  using Word = BitsOf<R>;
  constexpr Word kHalf = Word{1} << (F::kSpare - 1);
  if (exponent >= F::kSpecial) return std::bit_cast<R>(sign | F::kInfinity);
  if (exponent < 1) {
    significand = shift_right_sticky(significand, 1 - exponent);
    exponent = 1;
  }
  Word bits = significand >> F::kSpare;
  const Word rest = significand & (2 * kHalf - 1);
  bits += Word{rest + (bits & 1) > kHalf};
  // The implicit bit, where there is one, adds the 1 taken off here; a carry out of the fraction is
  // the next exponent, and in the end infinity.
  bits += static_cast<Word>(exponent - 1) << F::kFraction;
  return std::bit_cast<R>(sign | bits);
}

}  // namespace idem::inline IDEM_TARGET::detail
