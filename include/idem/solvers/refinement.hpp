// SPDX-License-Identifier: Apache-2.0
/// \file  Iterative refinement: digits that a factorization lost, won back from the original matrix.
#pragma once

#include <idem/kernels/matrix_vector.hpp>
#include <idem/solvers/packed.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// t <- t - A x, A symmetric.
template <Index N, Real R>
void subtract_symmetric_product(const R* a, const R* x, R* t) {
  // Row j of the triangle is also its column j: first what lies on and left of the diagonal, lanes being rows.
  for (Index j = 0; j < N; ++j) add_scaled(-x[j], a + packed_at<N>(j, j), t + j, N - j);
  // Then each chain runs along a row. Several rows hide each other's latency.
  constexpr Index kTogether = 8;
  for (Index begin = 0; begin < N; begin += kTogether) {
    const Index end = N - begin < kTogether ? N : begin + kTogether;
    for (Index i = begin; i < end; ++i) {
      for (Index j = i + 1; j < end; ++j) t[i] = fma(-a[packed_at<N>(i, j)], x[j], t[i]);
    }
    if (end == N) return;
    R sums[kTogether];
    const R* rows[kTogether];
    IDEM_UNROLL for (Index r = 0; r < kTogether; ++r) {
      sums[r] = t[begin + r];
      rows[r] = a + packed_at<N>(begin + r, 0);
    }
    for (Index j = end; j < N; ++j) {
      const R factor = x[j];
      IDEM_UNROLL for (Index r = 0; r < kTogether; ++r) sums[r] = fma(-rows[r][j], factor, sums[r]);
    }
    IDEM_UNROLL for (Index r = 0; r < kTogether; ++r) t[begin + r] = sums[r];
  }
}

}  // namespace detail

/// x <- x + d, A d = b - A x: one step of iterative refinement.
///
///     a        kPackedSize<N> numbers: rows of the upper triangle of A itself, not of its factor
///     solve    solve(d) overwrites N numbers d with A^-1 d by the factor at hand: `cholesky_solve`, `ldlt_solve`
///     b        N: the right-hand side as it was
///     x        N: a solution; becomes a better one
///     scratch  N; must overlap nothing else
///
/// The residual has the precision of R: a step mends what a factor of small pivots, or of a matrix a little different
/// from A, did to x, and nothing that the condition of A does.
///
/// Bits    ARITHMETIC.md section 12.8.
/// Cost    N^2 fused multiply-adds and a solve.
/// Source  N. J. Higham (2002), Accuracy and Stability of Numerical Algorithms, section 12.
template <Index N, Real R, class Solve>
void refine(const R* a, const Solve& solve, const R* b, R* x, R* scratch) {
  for (Index i = 0; i < N; ++i) scratch[i] = b[i];
  detail::subtract_symmetric_product<N>(a, static_cast<const R*>(x), scratch);
  solve(scratch);
  for (Index i = 0; i < N; ++i) x[i] = x[i] + scratch[i];
}

}  // namespace idem::inline IDEM_TARGET
