// SPDX-License-Identifier: Apache-2.0
/// \file  The most fused multiply-adds that these lanes can do: a loop that stays in registers.
#pragma once

#include <idem/arith/lanes.hpp>

namespace idem::inline IDEM_TARGET {

/// Twelve chains hide an fma's latency (at most 5 cycles) on two ports and fit in 16 registers.
inline constexpr Index kPeakChains = 12;

/// Fused multiply-adds in a round.
template <Real R>
inline constexpr double kPeakFmas = kPeakChains* Lanes<R>::kWidth;

/// Runs `rounds` rounds of independent chains and returns the number of fused multiply-adds done.
template <Real R>
[[gnu::noinline]] double run_peak(int rounds) {
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  constexpr Index kChains = kPeakChains;
  // Read from memory the compiler cannot see through: equal chains would be computed once.
  static volatile R start[kChains + 1] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, static_cast<R>(0.5)};
  Vector chains[kChains];
  IDEM_UNROLL for (Index i = 0; i < kChains; ++i) chains[i] = L::broadcast(start[i]);
  const Vector half = L::broadcast(start[kChains]);
  for (int round = 0; round < rounds; ++round) {
    IDEM_UNROLL for (Index i = 0; i < kChains; ++i) chains[i] = L::fma(chains[i], half, half);
  }
  R sink[L::kWidth];
  for (Index i = 0; i < kChains; ++i) {
    L::store(sink, chains[i]);
    start[i] = sink[0];
  }
  return kPeakFmas<R> * rounds;
}

}  // namespace idem::inline IDEM_TARGET
