// SPDX-License-Identifier: Apache-2.0
/// \file  Threefry4x32-20: a counter and a key give four random words, and nothing is remembered.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

/// A key, a counter, or the four words drawn from them.
using Words = std::array<std::uint32_t, 4>;

namespace detail {

template <int Rotation>
IDEM_INLINE constexpr void threefry_mix(std::uint32_t& x, std::uint32_t& y) {
  x += y;
  y = std::rotl(y, Rotation) ^ x;
}

/// Four rounds. The crossing of the words between rounds is in the names, so that none moves.
template <int R0, int R1, int R2, int R3, int R4, int R5, int R6, int R7>
IDEM_INLINE constexpr void threefry_rounds(std::uint32_t& a, std::uint32_t& b, std::uint32_t& c,
                                           std::uint32_t& d) {
  threefry_mix<R0>(a, b);
  threefry_mix<R1>(c, d);
  threefry_mix<R2>(a, d);
  threefry_mix<R3>(c, b);
  threefry_mix<R4>(a, b);
  threefry_mix<R5>(c, d);
  threefry_mix<R6>(a, d);
  threefry_mix<R7>(c, b);
}

}  // namespace detail

/// Four words, each uniform over all 32-bit numbers; any two calls that differ in counter or key
/// are independent for every statistical purpose.
///
/// Additions and rotations only: as cheap on a core without a wide multiplier as anything gets, and
/// vectorised by whoever calls it in a loop over counters.
///
/// Bits    ARITHMETIC.md section 5.1.
/// Source  Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as 1, 2, 3 (SC 2011); known
///         answers of their library Random123.
IDEM_INLINE constexpr Words threefry4x32(const Words& counter, const Words& key) {
  const std::uint32_t k0 = key[0];
  const std::uint32_t k1 = key[1];
  const std::uint32_t k2 = key[2];
  const std::uint32_t k3 = key[3];
  const std::uint32_t k4 = 0x1bd11bdau ^ k0 ^ k1 ^ k2 ^ k3;
  std::uint32_t a = counter[0] + k0;
  std::uint32_t b = counter[1] + k1;
  std::uint32_t c = counter[2] + k2;
  std::uint32_t d = counter[3] + k3;
  const auto inject = [&](std::uint32_t ka, std::uint32_t kb, std::uint32_t kc, std::uint32_t kd) {
    a += ka;
    b += kb;
    c += kc;
    d += kd;
  };
  detail::threefry_rounds<10, 26, 11, 21, 13, 27, 23, 5>(a, b, c, d);
  inject(k1, k2, k3, k4 + 1);
  detail::threefry_rounds<6, 20, 17, 11, 25, 10, 18, 20>(a, b, c, d);
  inject(k2, k3, k4, k0 + 2);
  detail::threefry_rounds<10, 26, 11, 21, 13, 27, 23, 5>(a, b, c, d);
  inject(k3, k4, k0, k1 + 3);
  detail::threefry_rounds<6, 20, 17, 11, 25, 10, 18, 20>(a, b, c, d);
  inject(k4, k0, k1, k2 + 4);
  detail::threefry_rounds<10, 26, 11, 21, 13, 27, 23, 5>(a, b, c, d);
  inject(k0, k1, k2, k3 + 5);
  return {a, b, c, d};
}

}  // namespace idem::inline IDEM_TARGET
