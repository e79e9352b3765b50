// SPDX-License-Identifier: Apache-2.0
/// \file  Step sizes: constant, decaying by epochs, and the one of the convergence lemma.
#pragma once

#include <cstdint>

#include <idem/arith/elementary.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// The step size of each epoch: `initial`, multiplied by `factor` on entering every epoch that is a
/// positive multiple of `every`. every = 0: constant.
///
/// Bits    ARITHMETIC.md section 7.
template <Real R>
struct Schedule {
  R initial;
  R factor = R{1};
  std::uint32_t every = 0;

  [[nodiscard]] constexpr R at(std::uint32_t epoch) const {
    R eta = initial;
    if (every == 0) return eta;
    for (std::uint32_t decays = epoch / every; decays > 0; --decays) eta = eta * factor;
    return eta;
  }
};

/// The fixed step size (1 + alpha) log(T) / (delta T) under which T steps bring W within
/// (1 + alpha) log(T) G^2 / (delta^2 T) of W* in a delta-one-point strongly convex region.
///
///     alpha > 0; delta > 0; steps T >= 2
///
/// Bits    ARITHMETIC.md section 7.
/// Source  [LiYuan17] arXiv:1705.09886, Lemma 2.5.
template <Real R>
constexpr R lemma_2_5_step(R alpha, R delta, std::uint32_t steps) {
  const R t = static_cast<R>(steps);
  return ((R{1} + alpha) * log(t)) / (delta * t);
}

}  // namespace idem::inline IDEM_TARGET
