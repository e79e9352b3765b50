// SPDX-License-Identifier: Apache-2.0
/// \file  Numbers uniform in (0, 1).
#pragma once

#include <cstdint>

#include <idem/random/stream.hpp>

namespace idem::inline IDEM_TARGET {

/// (2 floor(w / 2^9) + 1) 2^-24: the middle of one of 2^23 equal parts of (0, 1), exact in float.
/// double takes the same value, so that both precisions see the same samples.
///
/// Bits    ARITHMETIC.md section 5.3.
template <Real R>
IDEM_INLINE constexpr R uniform(std::uint32_t word) {
  return static_cast<R>(static_cast<float>(static_cast<std::int32_t>(2 * (word >> 9) + 1)) * 0x1p-24f);
}

namespace detail {

/// What `fill` computes from a word, alone or in lanes.
struct Uniform {
  static constexpr float of(std::uint32_t word) { return uniform<float>(word); }
  template <class Lane>
  IDEM_INLINE static typename Lane::Vector in_lanes(typename Lane::Words words) {
    using Ints = typename Lane::SignedWords;
    return __builtin_convertvector((Ints)(2 * (words >> 9) + 1), typename Lane::Vector) * 0x1p-24f;
  }
};

}  // namespace detail

/// The first `count` components of sample `index`: out[c] = uniform<R>(stream.word(index, c)).
///
/// Memory  a KiB of stack with lanes, nothing to speak of without.
template <Real R>
constexpr void uniform_fill(const Stream& stream, std::uint64_t index, R* out, Index count) {
  detail::fill<detail::Uniform>(stream, index, out, count);
}

}  // namespace idem::inline IDEM_TARGET
