// SPDX-License-Identifier: Apache-2.0
/// \file  Threefry4x32-20: a counter and a key give four random words, and nothing is remembered.
#pragma once

#include <array>
#include <cstdint>

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

/// A key, a counter, or the four words drawn from them.
using Words = std::array<std::uint32_t, 4>;

namespace detail {

/// Word is std::uint32_t, or a vector of them: a lane for each counter.
template <int Rotation, class Word>
IDEM_INLINE constexpr void threefry_mix(Word& x, Word& y) {
  x += y;
  y = ((y << Rotation) | (y >> (32 - Rotation))) ^ x;
}

/// Four rounds. The crossing of the words between rounds is in the names, so that none moves.
template <int R0, int R1, int R2, int R3, int R4, int R5, int R6, int R7, class Word>
IDEM_INLINE constexpr void threefry_rounds(Word& a, Word& b, Word& c, Word& d) {
  threefry_mix<R0>(a, b);
  threefry_mix<R1>(c, d);
  threefry_mix<R2>(a, d);
  threefry_mix<R3>(c, b);
  threefry_mix<R4>(a, b);
  threefry_mix<R5>(c, d);
  threefry_mix<R6>(a, d);
  threefry_mix<R7>(c, b);
}

/// The counter (a, b, c, d) becomes the words drawn from it. between(0), ... between(3) is called on the way: other
/// work, for the ports that rounds leave idle.
template <class Word, class Between>
IDEM_INLINE constexpr void threefry(Word& a, Word& b, Word& c, Word& d, const Words& key,
                                    const Between& between) {
  const std::uint32_t k0 = key[0];
  const std::uint32_t k1 = key[1];
  const std::uint32_t k2 = key[2];
  const std::uint32_t k3 = key[3];
  const std::uint32_t k4 = 0x1bd11bdau ^ k0 ^ k1 ^ k2 ^ k3;
  const auto inject = [&](std::uint32_t ka, std::uint32_t kb, std::uint32_t kc, std::uint32_t kd) {
    a += ka;
    b += kb;
    c += kc;
    d += kd;
  };
  inject(k0, k1, k2, k3);
  threefry_rounds<10, 26, 11, 21, 13, 27, 23, 5>(a, b, c, d);
  inject(k1, k2, k3, k4 + 1);
  between(0);
  threefry_rounds<6, 20, 17, 11, 25, 10, 18, 20>(a, b, c, d);
  inject(k2, k3, k4, k0 + 2);
  between(1);
  threefry_rounds<10, 26, 11, 21, 13, 27, 23, 5>(a, b, c, d);
  inject(k3, k4, k0, k1 + 3);
  between(2);
  threefry_rounds<6, 20, 17, 11, 25, 10, 18, 20>(a, b, c, d);
  inject(k4, k0, k1, k2 + 4);
  between(3);
  threefry_rounds<10, 26, 11, 21, 13, 27, 23, 5>(a, b, c, d);
  inject(k0, k1, k2, k3 + 5);
}

template <class Word>
IDEM_INLINE constexpr void threefry(Word& a, Word& b, Word& c, Word& d, const Words& key) {
  threefry(a, b, c, d, key, [](int) {});
}

}  // namespace detail

/// Four words, each uniform over all 32-bit numbers; any two calls that differ in counter or key
/// are independent for every statistical purpose.
///
/// Additions and rotations only: as cheap on a core without a wide multiplier as anything gets, and
/// vectorised where it is called in a loop over counters.
///
/// Bits    ARITHMETIC.md section 5.1.
/// Source  Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as 1, 2, 3 (SC 2011); known
///         answers of their library Random123.
IDEM_INLINE constexpr Words threefry4x32(const Words& counter, const Words& key) {
  std::uint32_t a = counter[0], b = counter[1], c = counter[2], d = counter[3];
  detail::threefry(a, b, c, d, key);
  return {a, b, c, d};
}

}  // namespace idem::inline IDEM_TARGET
