// SPDX-License-Identifier: Apache-2.0
/// \file  The square root where the processor has no instruction for it.
#pragma once

#include <bit>
#include <cstdint>

#include <idem/arith/soft_float.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// n = root^2 + rest with rest <= 2 root.
struct IntegerRoot {
  std::uint32_t root;
  std::uint32_t rest;
};

/// Bit by bit: 14 bits of root for the 28 bits of n.
constexpr IntegerRoot root_of_28_bits(std::uint32_t n) {
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

/// (rest 2^count + next) divided by 2 root, for next < 2^count and root < 2^29: the next `count` bits
/// of the root, too large by at most 1, and what they leave. The quotient can be 2^count.
struct NextBits {
  std::uint32_t quotient;
  std::uint32_t rest;
};
constexpr NextBits next_bits(IntegerRoot known, int count, std::uint32_t next) {
  const std::uint32_t divisor = 2 * known.root;
  std::uint32_t quotient = 0, rest = known.rest;
  for (int i = count;; --i) {
    quotient *= 2;
    if (rest >= divisor) {
      rest -= divisor;
      quotient += 1;
    }
    if (i == 0) return {quotient, rest};
    rest = 2 * rest + ((next >> (i - 1)) & 1);
  }
}

}  // namespace detail

/// The square root of x, rounded to nearest even, in integers only; also at compile time.
///
/// The root of the leading half of the digits, a division for as many digits again, and one
/// correction; for float once, for double twice. Both come out with more bits than the scalar holds
/// and without a remainder: a tie would need a root that is odd above at least three zero bits, whose
/// square is not divisible by the power of two that the number is shifted by.
///
/// Bits    ARITHMETIC.md section 2; a NaN is the positive quiet one, 7fc00000 or 7ff8000000000000.
/// Source  P. Zimmermann, "Karatsuba Square Root", INRIA RR-3805, 1999.
template <Real R>
[[gnu::noinline]] constexpr R soft_sqrt(R x) {
  using F = detail::Format<R>;
  using Word = BitsOf<R>;
  const Word bits = std::bit_cast<Word>(x);
  if ((bits & ~F::kSign) == 0 || bits == F::kInfinity) return x;
  if (bits > F::kInfinity) return std::bit_cast<R>(F::kNan);
  const auto [significand, biased] = detail::unpack<R>(bits);

  // 28 bits for float, 56 for double, of which the first two are not both 0: in [1/4, 1) as a
  // fraction, after an even power of two.
  const int exponent = biased - F::kBias;
  const Word n = significand << (F::kPrecision == 24 ? 3 + (exponent & 1) : 2 + (exponent & 1));
  const auto first =
      detail::root_of_28_bits(static_cast<std::uint32_t>(sizeof(R) == 4 ? n : n >> 28));
  const std::uint32_t next = sizeof(R) == 4 ? 0 : static_cast<std::uint32_t>(n & 0xfffffffu);
  const auto more = detail::next_bits(first, 14, next >> 14);
  detail::IntegerRoot second = {(first.root << 14) + more.quotient,
                                (more.rest << 14) + (next & 0x3fffu)};
  // second.rest - quotient^2 is what is left of n; one less in the root adds 2 root - 1 to it.
  std::uint32_t square = more.quotient * more.quotient;
  if (second.rest < square) {
    second.rest += 2 * second.root - 1;
    second.root -= 1;
  }
  second.rest -= square;

  Word root = 0;
  if constexpr (sizeof(R) == 4) {
    root = (second.root + 8) >> 4;
  } else {
    const auto last = detail::next_bits(second, 28, 0);
    const auto product = detail::multiply(last.quotient, last.quotient);
    const std::uint32_t hi = last.rest >> 4, lo = last.rest << 28;
    const bool less = hi < product.hi || (hi == product.hi && lo < product.lo);
    root = ((Word{second.root} << 28) + last.quotient - less + 4) >> 3;
  }
  const auto half = static_cast<Word>((exponent >> 1) + F::kBias - 1);
  return std::bit_cast<R>(root + (half << F::kFraction));
}

}  // namespace idem::inline IDEM_TARGET
