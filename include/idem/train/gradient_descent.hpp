// SPDX-License-Identifier: Apache-2.0
/// \file  The step size of gradient descent, and how fast it and alternating minimization should converge.
#pragma once

#include <idem/solvers/extreme_eigenvalues.hpp>

namespace idem::inline IDEM_TARGET {

/// The step of gradient descent, eta = 0.9 / (least + greatest), from the extreme eigenvalues of B^T B / n at W.
///
/// idem's loss is (1/n) sum of squares, whose gradient is twice that of the paper's 1/(2n): the paper's optimal
/// 2 / (least + greatest) is here 1 / (least + greatest). That is the edge of stability, because the greatest eigenvalue
/// grows on the way from W = 0: of 10 runs it loses 2, 0.9 of it none.
///
/// Errors  infinite unless extremes.status is ok.
/// Bits    ARITHMETIC.md section 13.9.
/// Source  [JagatapHegde19] section IV.
template <Real R>
R gradient_descent_step(const Extremes<R>& extremes) {
  return static_cast<R>(0.9) / (extremes.least + extremes.greatest);
}

/// (kappa - 1) / (kappa + 1), kappa = greatest / least: by which gradient descent with the optimal step shrinks its
/// error per step once the masks no longer change. With 0.9 of that step the rate is 1 - 1.8 / (kappa + 1).
template <Real R>
R gradient_descent_rate(const Extremes<R>& extremes) {
  return (extremes.greatest - extremes.least) / (extremes.greatest + extremes.least);
}

}  // namespace idem::inline IDEM_TARGET
