// SPDX-License-Identifier: Apache-2.0
/// \file  Numbers drawn from N(0, 1), one word each, computed in integers.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include <idem/random/gaussian_staged.hpp>
#include <idem/random/gaussian_table.hpp>
#include <idem/random/stream.hpp>

namespace idem::inline IDEM_TARGET {
namespace detail {

/// The high half of a 64-bit product: floor(a b / 2^32).
IDEM_INLINE constexpr std::int32_t multiply_high(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>((static_cast<std::int64_t>(a) * b) >> 32);
}

}  // namespace detail

/// The normal quantile of p = (w + 1/2) 2^-32, in units of 2^-28: an integer, never zero, below
/// 2^31 in magnitude, odd about the median (the word ~w gives -z) and never decreasing in w.
///
/// The quantile has a logarithmic singularity at 0, so it is cut where p halves: with m = w or ~w,
/// whichever is below 2^31, and k the leading zeros of 2 m + 1, p lies in binade k, and a shift by
/// k brings it to t in [-1, 1), 30 bits after the point. Each coefficient has two bits more than
/// the one below it, as many as a product with t loses, so that a step of Horner's rule is one
/// product and one sum.
///
/// Bits    ARITHMETIC.md section 5.4.
/// Accuracy  at most 6.6e-7 from the quantile, anywhere.
/// Cost    39 instructions on a Cortex-M4, 351 on a Cortex-M0.
IDEM_INLINE constexpr std::int32_t gaussian_fixed(std::uint32_t w) {
  const std::int32_t sign = static_cast<std::int32_t>(w) >> 31;
  const std::uint32_t m = w ^ static_cast<std::uint32_t>(sign);
  const int k = std::countl_zero(2 * m + 1);
  const std::int32_t t = static_cast<std::int32_t>(((2 * m + 1) << k) - 0xc0000000u);
  std::int32_t r = kGaussianTable[6][k];
  r = kGaussianTable[5][k] + detail::multiply_high(t, r);
  r = kGaussianTable[4][k] + detail::multiply_high(t, r);
  r = kGaussianTable[3][k] + detail::multiply_high(t, r);
  r = kGaussianTable[2][k] + detail::multiply_high(t, r);
  r = kGaussianTable[1][k] + detail::multiply_high(t, r);
  const std::int32_t below = kGaussianTable[0][k] + (detail::multiply_high(t, r) >> 2);
  return (below ^ sign) - sign;
}

/// A normal number from a uniform word: gaussian_fixed(w) 2^-28, rounded to float. double takes the
/// same value, so that both precisions see the same samples.
///
/// Bits    ARITHMETIC.md section 5.4.
/// Cost    beyond gaussian_fixed, a conversion: 4 instructions on a Cortex-M4F, 70 on a Cortex-M0.
template <Real R>
IDEM_INLINE constexpr R gaussian(std::uint32_t word) {
  // 28 off the exponent is a division by 2^28: never of zero, never into the subnormals. A product
  // would cost a Cortex-M0 another 110 instructions.
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(gaussian_fixed(word)));
  return static_cast<R>(std::bit_cast<float>(bits - (28u << 23)));
}

namespace detail {

/// What `fill` computes from a word, alone or in lanes.
struct Gaussian {
  static constexpr float of(std::uint32_t word) { return gaussian<float>(word); }
  template <class Lane>
  IDEM_INLINE static typename Lane::Vector in_lanes(typename Lane::Words w) {
    using Ints = typename Lane::SignedWords;
    using Unsigned = typename Lane::Words;
    using Floats = typename Lane::Vector;
    const Ints sign = (Ints)w >> 31;
    const Unsigned odd = 2 * (w ^ (Unsigned)sign) + 1;
    const Unsigned k = Lane::leading_zeros(odd);
    const Ints at = (Ints)k, t = (Ints)((odd << k) - 0xc0000000u);
    Ints r = Lane::lookup(kGaussianTable[6], at);
    IDEM_UNROLL for (int i = 5; i > 0; --i) {
      r = Lane::lookup(kGaussianTable[i], at) + Lane::multiply_high(t, r);
    }
    const Ints below = Lane::lookup(kGaussianTable[0], at) + (Lane::multiply_high(t, r) >> 2);
    const Floats z = __builtin_convertvector((below ^ sign) - sign, Floats);
    return std::bit_cast<Floats>(std::bit_cast<Unsigned>(z) - (28u << 23));
  }
};

/// Numbers from which on it pays to draw them in stages, which begins with high halves and draws two tiles in
/// vain: 512 take 1.03 times as long as without, 1024 take 0.93.
inline constexpr Index kStagedFrom = 640;

}  // namespace detail

/// The first `count` components of sample `index`: out[c] = gaussian<R>(stream.word(index, c)).
///
/// Memory  a KiB of stack with lanes, 12 KiB on AVX-512, nothing to speak of without.
template <Real R>
constexpr void gaussian_fill(const Stream& stream, std::uint64_t index, R* out, Index count) {
  if constexpr (Lanes<float>::kSpread) {
    if (!std::is_constant_evaluated() && count >= detail::kStagedFrom) {
      using L = Lanes<float>;
      detail::gaussian_fill_staged<L>(stream.key(), detail::BlocksOfSample<L>(index), out, count);
      return;
    }
  }
  detail::fill<detail::Gaussian>(stream, index, out, count);
}

/// The samples of a batch, row by row: row r of `out`, rows x cols row-major, is what
/// gaussian_fill(stream, index_of(r), ...) gives. Many times faster than that where cols is small.
///
/// Memory  a KiB of stack with lanes, 12 KiB on AVX-512, nothing to speak of without.
template <Real R, class IndexOf>
constexpr void gaussian_rows(const Stream& stream, const IndexOf& index_of, R* out, Index rows, Index cols) {
  if constexpr (Lanes<float>::kSpread) {
    using L = Lanes<float>;
    if (!std::is_constant_evaluated() && cols % 4 == 0 && cols / 4 >= L::kWidth &&
        rows * cols >= detail::kStagedFrom) {
      detail::gaussian_fill_staged<L>(
          stream.key(), detail::BlocksOfSamples<L, IndexOf>(index_of, rows, cols / 4), out, rows * cols);
      return;
    }
  }
  detail::fill_rows<detail::Gaussian>(stream, index_of, out, rows, cols);
}

}  // namespace idem::inline IDEM_TARGET
