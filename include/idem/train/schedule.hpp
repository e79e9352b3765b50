// SPDX-License-Identifier: Apache-2.0
/// \file  Step sizes: constant, decaying, and the one of the convergence lemma.
#pragma once

#include <cstdint>

#include <idem/arith/log.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// The size of each step: `initial`, multiplied by `factor` before every step whose number is a positive
/// multiple of `every`. every = 0: constant.
///
/// Bits    one product after another: ARITHMETIC.md section 7.
template <Real R>
struct Schedule {
  R initial;
  R factor = R{1};
  std::uint64_t every = 0;

  /// The size of step `step`, given that of the step before (of step 0: anything).
  [[nodiscard]] constexpr R next(R previous, std::uint64_t step) const {
    if (step == 0) return initial;
    return every != 0 && step % every == 0 ? previous * factor : previous;
  }

  /// The size of step `step`, given nothing.
  ///
  /// Cost    step / every products.
  [[nodiscard]] constexpr R at(std::uint64_t step) const {
    R eta = initial;
    if (every == 0) return eta;
    for (std::uint64_t decays = step / every; decays > 0; --decays) eta = eta * factor;
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
constexpr R lemma_2_5_step(R alpha, R delta, std::uint64_t steps) {
  const R t = static_cast<R>(steps);
  return ((R{1} + alpha) * log(t)) / (delta * t);
}

}  // namespace idem::inline IDEM_TARGET
