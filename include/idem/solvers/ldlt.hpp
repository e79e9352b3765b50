// SPDX-License-Identifier: Apache-2.0
/// \file  Symmetric systems that need not be positive definite, by LDL^T, in place.
#pragma once

#include <idem/base/status.hpp>
#include <idem/kernels/matrix_vector.hpp>
#include <idem/solvers/packed.hpp>

namespace idem::inline IDEM_TARGET {

/// A = U^T diag(p) U, U upper triangular with a diagonal of ones, p of any signs.
///
///     a   kPackedSize<N> numbers: rows of the upper triangle; becomes p on the diagonal and U beside it
///
/// Rows are not exchanged. Where a leading block of A is nearly singular U grows and digits are lost, which
/// `pivot_report` shows; matrices that are definite, or diagonally dominant, or [P B; B^T -Q] with P and Q positive
/// definite are safe.
///
/// Errors  rank_deficient at the first pivot whose magnitude is not above EPS times the sum of |a_ii| (of NaN,
///         infinities, or a leading block that is singular but for rounding): rows from there on are not computed.
/// Bits    ARITHMETIC.md section 12.5.
/// Memory  in place.
/// Cost    N^3 / 6 fused multiply-adds, N^2 / 2 divisions.
template <Index N, Real R>
Solved ldlt(R* a) {
  const R floor = pivot_floor<N>(static_cast<const R*>(a));
  for (Index i = 0; i < N; ++i) {
    R* const row = a + packed_at<N>(i, i);
    for (Index k = 0; k < i; ++k) {
      const R* const above = a + packed_at<N>(k, i);
      const R scaled = a[packed_at<N>(k, k)] * above[0];
      add_scaled(-scaled, above, row, N - i);
    }
    const R pivot = row[0];
    if (!((pivot < R{0} ? -pivot : pivot) > floor)) return {Status::rank_deficient, i};
    for (Index j = 1; j < N - i; ++j) row[j] = row[j] / pivot;
  }
  return {};
}

/// b <- the solution x of A x = b, A factored by `ldlt`.
///
///     factor   kPackedSize<N> numbers: p on the diagonal, U beside it
///     b        N
///
/// Bits    ARITHMETIC.md section 12.5.
/// Cost    N^2 fused multiply-adds, N divisions.
template <Index N, Real R>
void ldlt_solve(const R* factor, R* b) {
  for (Index k = 0; k < N; ++k) {
    add_scaled(-b[k], factor + packed_at<N>(k, k) + 1, b + k + 1, N - k - 1);
  }
  for (Index i = 0; i < N; ++i) b[i] = b[i] / factor[packed_at<N>(i, i)];
  for (Index i = N - 1; i >= 0; --i) {
    const R* const row = factor + packed_at<N>(i, 0);
    for (Index k = N - 1; k > i; --k) b[i] = fma(-row[k], b[k], b[i]);
  }
}

/// What the pivots of a factorization tell about the matrix.
template <Real R>
struct PivotReport {
  Index negative = 0;        ///< how many are: as many as A has negative eigenvalues
  R smallest = R{0};         ///< magnitude
  Index smallest_index = 0;  ///< the first of equals
  R largest = R{0};          ///< magnitude
  Index largest_index = 0;   ///< the first of equals
};

/// Counts and compares the pivots that `ldlt` left on the diagonal.
///
/// Source  J. J. Sylvester (1852), the law of inertia, for what the number of negative pivots says.
template <Index N, Real R>
PivotReport<R> pivot_report(const R* factor) {
  PivotReport<R> report;
  for (Index i = 0; i < N; ++i) {
    const R pivot = factor[packed_at<N>(i, i)];
    const R size = pivot < R{0} ? -pivot : pivot;
    if (pivot < R{0}) ++report.negative;
    if (i == 0 || size < report.smallest) {
      report.smallest = size;
      report.smallest_index = i;
    }
    if (i == 0 || size > report.largest) {
      report.largest = size;
      report.largest_index = i;
    }
  }
  return report;
}

}  // namespace idem::inline IDEM_TARGET
