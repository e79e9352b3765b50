// SPDX-License-Identifier: Apache-2.0
/// \file  Floating-point numbers as integers: the pieces of which soft fma and square root are
/// made.
///
/// One text for both widths. A Word is as wide as the scalar; an exact product takes two of them.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include <idem/base/digest.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// The interchange format of IEEE 754, section 3.4: sign, biased exponent, fraction.
template <Real R>
struct Format {
  using Word = BitsOf<R>;
  static constexpr int kWidth = std::numeric_limits<Word>::digits;
  static constexpr int kPrecision = std::numeric_limits<R>::digits;  // counts the implicit bit
  static constexpr int kFraction = kPrecision - 1;
  static constexpr int kBias = std::numeric_limits<R>::max_exponent - 1;
  static constexpr int kSpecial = 2 * kBias + 1;  // the exponent of infinities and NaN

  static constexpr Word kSign = Word{1} << (kWidth - 1);
  static constexpr Word kOne = Word{1} << kFraction;  // the implicit bit
  static constexpr Word kInfinity = Word{kSpecial} << kFraction;
  static constexpr Word kNan = kInfinity | (kOne >> 1);

  static constexpr int exponent(Word bits) {
    return static_cast<int>(bits >> kFraction) & kSpecial;
  }
};

/// Two words, the value hi 2^width + lo.
template <class Word>
struct Wide {
  Word hi;
  Word lo;
};

/// x / 2^count, any bits lost or'ed into the last: enough to round later as if nothing were lost.
template <class Word>
constexpr Word shift_right_jam(Word x, int count) {
  constexpr int kWidth = std::numeric_limits<Word>::digits;
  if (count == 0) return x;
  if (count >= kWidth) return x != 0;
  return (x >> count) | Word{(x << (kWidth - count)) != 0};
}

template <class Word>
constexpr Wide<Word> shift_right_jam(Wide<Word> x, int count) {
  constexpr int kWidth = std::numeric_limits<Word>::digits;
  if (count == 0) return x;
  if (count >= kWidth) return {0, shift_right_jam(x.hi, count - kWidth) | Word{x.lo != 0}};
  return {x.hi >> count, (x.hi << (kWidth - count)) | shift_right_jam(x.lo, count)};
}

/// The exact product.
constexpr Wide<std::uint32_t> multiply(std::uint32_t a, std::uint32_t b) {
#if IDEM_WIDE_MULTIPLY
  const std::uint64_t p = std::uint64_t{a} * b;
  return {static_cast<std::uint32_t>(p >> 32), static_cast<std::uint32_t>(p)};
#else
  const std::uint32_t a0 = a & 0xffffu, a1 = a >> 16, b0 = b & 0xffffu, b1 = b >> 16;
  const std::uint32_t low = a0 * b0;
  const std::uint32_t left = a1 * b0 + (low >> 16);  // at most (2^16-1)^2 + 2^16-1 < 2^32
  const std::uint32_t right = a0 * b1 + (left & 0xffffu);
  return {a1 * b1 + (left >> 16) + (right >> 16), (right << 16) | (low & 0xffffu)};
#endif
}

constexpr Wide<std::uint64_t> multiply(std::uint64_t a, std::uint64_t b) {
#if defined(__SIZEOF_INT128__)
  __extension__ using Exact = unsigned __int128;
  const Exact p = Exact{a} * b;
  return {static_cast<std::uint64_t>(p >> 64), static_cast<std::uint64_t>(p)};
#else
  const auto product = [](std::uint64_t x, std::uint64_t y) {
    const auto p = multiply(static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y));
    return (std::uint64_t{p.hi} << 32) | p.lo;
  };
  const std::uint64_t low = product(a, b);
  const std::uint64_t left = product(a >> 32, b) + (low >> 32);
  const std::uint64_t right = product(a, b >> 32) + (left & 0xffffffffu);
  return {product(a >> 32, b >> 32) + (left >> 32) + (right >> 32),
          (right << 32) | (low & 0xffffffffu)};
#endif
}

/// The number whose leading bit is the top bit of `significand` and has the biased `exponent`,
/// rounded to nearest even; below the normal range, to the subnormal grid. `sign` is 0 or kSign.
template <Real R>
constexpr R round_and_pack(BitsOf<R> sign, int exponent, BitsOf<R> significand) {
  using F = Format<R>;
  using Word = BitsOf<R>;
  constexpr int kExtra = F::kWidth - F::kPrecision;
  constexpr Word kHalf = Word{1} << (kExtra - 1);
  if (exponent >= F::kSpecial) return std::bit_cast<R>(sign | F::kInfinity);
  if (exponent <= 0) {
    significand = shift_right_jam(significand, 1 - exponent);
    exponent = 1;
  }
  const Word lost = significand & (2 * kHalf - 1);
  Word bits = significand >> kExtra;
  bits += lost + (bits & 1) > kHalf;
  // The implicit bit counts one in the exponent, and so does a carry out of the fraction.
  return std::bit_cast<R>(sign | (bits + (static_cast<Word>(exponent - 1) << F::kFraction)));
}

}  // namespace idem::inline IDEM_TARGET
