// SPDX-License-Identifier: Apache-2.0
/// \file  Least squares by reflections: Householder's QR factorization, in place.
#pragma once

#include <limits>

#include <idem/base/status.hpp>
#include <idem/kernels/matrix_vector.hpp>
#include <idem/kernels/sums.hpp>
#include <idem/solvers/packed.hpp>

namespace idem::inline IDEM_TARGET {

/// Working memory of `reflect`.
template <Real R, Index M, Index N>
struct ReflectionsScratch {
  R along[M];     ///< the vector reflected along
  R sums[N + 1];  ///< its products with the columns that are left
};

/// A = Q U, U upper triangular, and Q^T b, of A and b side by side.
///
///     a   M x (N + 1), row-major, M >= N: A and, in column N, b. Becomes U on and above the diagonal and Q^T b in
///         column N; what is left below the diagonal is of no use.
///
/// Squares may overflow or vanish: columns are not scaled. One whose 2-norm is about the square root of the least
/// normal number or less (1e-19 in binary32) counts as zero.
///
/// Errors  none: see `reflections_solve`.
/// Bits    ARITHMETIC.md section 12.7. Lanes hold columns.
/// Memory  in place, and M + N + 1 numbers of the caller's.
/// Cost    2 M N^2 - (2/3) N^3 fused multiply-adds, N square roots.
/// Source  A. S. Householder (1958), J. ACM 5(4).
template <Index M, Index N, Real R>
void reflect(R* a, ReflectionsScratch<R, M, N>& scratch) {
  static_assert(M >= N, "idem: least squares need at least as many rows as columns");
  constexpr Index kStride = N + 1;
  R* const u = scratch.along;
  R* const sums = scratch.sums;
  for (Index k = 0; k < N; ++k) {
    R* const corner = a + k * kStride + k;
    const Index rows = M - k, columns = N - k;
    for (Index i = 0; i < rows; ++i) u[i] = corner[i * kStride];
    const R h = norm(static_cast<const R*>(u), rows);
    const bool minus = u[0] >= R{0};  // away from zero: u[0] does not cancel
    u[0] = minus ? u[0] + h : u[0] - h;
    const R q = sum_of_squares(static_cast<const R*>(u), rows);
    if (!(q >= std::numeric_limits<R>::min())) {
      corner[0] = R{0};
      continue;
    }
    corner[0] = minus ? -h : h;
    const R beta = R{2} / q;
    for (Index j = 0; j < columns; ++j) sums[j] = R{0};
    for (Index i = 0; i < rows; ++i) {
      add_scaled(u[i], static_cast<const R*>(corner + i * kStride + 1), sums, columns);
    }
    for (Index j = 0; j < columns; ++j) sums[j] = beta * sums[j];
    for (Index i = 0; i < rows; ++i) {
      add_scaled(-u[i], static_cast<const R*>(sums), corner + i * kStride + 1, columns);
    }
  }
}

/// The x that makes ||A x - b||_2 least, A and b reflected by `reflect`.
///
///     a   M x (N + 1)
///     x   N, overwritten
///
/// Errors  rank_deficient at the first element of U's diagonal whose magnitude is not above 16 EPS times the
///         sum of all: A does not determine x, or holds NaN or infinities; x is as it was.
/// Bits    ARITHMETIC.md section 12.7.
/// Cost    N^2 / 2 fused multiply-adds, N divisions.
template <Index M, Index N, Real R>
Solved reflections_solve(const R* a, R* x) {
  constexpr Index kStride = N + 1;
  const auto diagonal = [&](Index i) { return a[i * kStride + i]; };
  const R floor = kQrFloors<R> * detail::floor_of<N, R>(diagonal);
  for (Index i = 0; i < N; ++i) {
    const R u = diagonal(i);
    if (!((u < R{0} ? -u : u) > floor)) return {Status::rank_deficient, i};
  }
  for (Index i = N - 1; i >= 0; --i) {
    const R* const row = a + i * kStride;
    R t = row[N];
    for (Index k = N - 1; k > i; --k) t = fma(-row[k], x[k], t);
    x[i] = t / row[i];
  }
  return {};
}

}  // namespace idem::inline IDEM_TARGET
