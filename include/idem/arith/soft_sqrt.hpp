// SPDX-License-Identifier: Apache-2.0
/// \file  The square root where the processor has no instruction for it.
#pragma once

#include <bit>
#include <cstdint>

#include <idem/arith/soft_float.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// n = root^2 + rest with rest <= 2 root, for an integer n.
template <class Word>
struct IntegerRoot {
  Word root;
  Word rest;
};

/// 14 bits of root for the 28 bits of n, one by one.
constexpr IntegerRoot<std::uint32_t> root_of_28_bits(std::uint32_t n) {
  std::uint32_t root = 0;
  for (std::uint32_t bit = 1u << 26; bit != 0; bit >>= 2) {
    const std::uint32_t trial = root + bit;
    root >>= 1;
    if (n >= trial) {
      n -= trial;
      root += bit;
    }
  }
  return {root, n};
}

/// From the root of n, of `kCount` bits, to that of n 4^kCount + next, by one division. It is
/// Newton's step from below: the quotient's square, neglected, can make the root too large by 1.
///
/// Source  P. Zimmermann, "Karatsuba Square Root", INRIA research report 3805, 1999.
template <int kCount, class Word>
constexpr IntegerRoot<Word> extend_root(IntegerRoot<Word> known, Word next) {
  const Word numerator = (known.rest << kCount) + (next >> kCount);
  const Word divisor = 2 * known.root;
  const Word digits = numerator / divisor;
  const Word square = digits * digits;
  Word root = (known.root << kCount) + digits;
  const Word left = numerator - digits * divisor;
  Word rest = (left << kCount) + (next & ((Word{1} << kCount) - 1));
  if (rest < square) {
    rest += 2 * root - 1;
    root -= 1;
  }
  return {root, rest - square};
}

}  // namespace detail

/// The square root of x, rounded to nearest even, in integers only; also at compile time.
///
/// Bits    ARITHMETIC.md section 2; a NaN is the positive quiet one, 7fc00000 or 7ff8000000000000.
/// Cost    float: some 265 instructions on a Cortex-M0, 160 on an M3; double: 890 and 265.
template <Real R>
[[gnu::noinline]] constexpr R soft_sqrt(R x) {
  using F = detail::Format<R>;
  using Word = BitsOf<R>;
  const Word bits = std::bit_cast<Word>(x);
  if ((bits & ~F::kSign) == 0 || bits == F::kInfinity) return x;
  if (bits > F::kInfinity) return std::bit_cast<R>(F::kNan);
  const auto [significand, biased] = detail::unpack<R>(bits);
  const int exponent = biased - F::kBias;

  // x = n 2^(exponent rounded down to even - kRootBits + 2), n of kRootBits bits, the first two not
  // both 0. The root of n 2^kRootBits then has kRootBits bits, the first of them 1.
  constexpr int kRootBits = sizeof(R) == 4 ? 28 : 56;
  constexpr int kExtra = kRootBits - F::kPrecision;
  const Word n = significand << (kExtra - 1 + (exponent & 1));
  Word root = 0;
  if constexpr (sizeof(R) == 4) {
    root = detail::extend_root<14>(detail::root_of_28_bits(n), Word{0}).root;
  } else {
    const auto leading = detail::root_of_28_bits(static_cast<std::uint32_t>(n >> 28));
    const auto half = detail::extend_root<14>(leading, static_cast<std::uint32_t>(n) & 0xfffffffu);
    root = detail::extend_root<28>(detail::IntegerRoot<Word>{half.root, half.rest}, Word{0}).root;
  }
  // Half an ulp is 2^(kExtra - 1), and never is all that is lost: a root whose last bit set is that
  // one has a square whose last bit set is 2^(2 kExtra - 2), but n 2^kRootBits is divisible by
  // more.
  root = (root + (Word{1} << (kExtra - 1))) >> kExtra;
  // The implicit bit adds the 1 taken off the exponent.
  return std::bit_cast<R>(root + (static_cast<Word>((exponent >> 1) + F::kBias - 1) << F::kFraction));
}

}  // namespace idem::inline IDEM_TARGET
