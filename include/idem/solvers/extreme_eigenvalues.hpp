// SPDX-License-Identifier: Apache-2.0
/// \file  The least and the greatest eigenvalue of a symmetric matrix that is a function, by Lanczos' method.
#pragma once

#include <limits>
#include <utility>

#include <idem/arith/sqrt.hpp>
#include <idem/base/status.hpp>
#include <idem/kernels/matrix_vector.hpp>
#include <idem/kernels/sums.hpp>
#include <idem/random/gaussian.hpp>

namespace idem::inline IDEM_TARGET {

/// Working memory of `extreme_eigenvalues`: vectors seen as matrices Rows x Cols, row-major.
template <Real R, Index Rows, Index Cols, Index Steps>
struct LanczosMemory {
  R vectors[3][Rows * Cols];
  R diagonal[Steps];  ///< of the tridiagonal matrix
  R beside[Steps];    ///< its neighbours; the last one lies outside
};

/// Both ends of a spectrum.
template <Real R>
struct Extremes {
  Status status = Status::ok;
  Index steps = 0;  ///< of Lanczos' method
  R least = R{0};
  R greatest = R{0};
};

namespace detail {

/// How many eigenvalues of a tridiagonal matrix lie below x: as many as its factorization has negative pivots.
template <Real R>
Index eigenvalues_below(const R* diagonal, const R* beside, Index size, R x, R instead_of_zero) {
  Index below = 0;
  R q{0};
  for (Index j = 0; j < size; ++j) {
    const R share = j > 0 ? beside[j - 1] * beside[j - 1] / q : R{0};
    q = (diagonal[j] - x) - share;
    if (q == R{0}) q = instead_of_zero;
    if (q < R{0}) ++below;
  }
  return below;
}

}  // namespace detail

/// Estimates of the least and greatest eigenvalue of A, from inside the spectrum but for rounding, after `Steps`
/// applications of A or, where those exhaust what the start reaches, fewer.
///
///     apply   apply(p, w) writes w = A p; symmetric
///
/// The start is random and always the same. Vectors are not made orthogonal again: what that loses are copies of
/// eigenvalues that have been found.
///
/// Errors  not_finite: A is not, or so large that squares overflow. Both estimates are then 0.
/// Bits    ARITHMETIC.md section 12.11.
/// Memory  three vectors and 2 Steps numbers, the caller's.
/// Cost    Steps applications of A, 4 Steps Rows Cols fused multiply-adds; for the bisections
///         2 Steps (F + 8) divisions, F being 23 or 52.
/// Source  C. C. Paige (1972), J. IMA 10(3), the recurrence; W. Barth, R. S. Martin, J. H. Wilkinson (1967), Numer.
///         Math. 9(5), the bisection.
template <Index Rows, Index Cols, Index Steps, Real R, class Apply>
Extremes<R> extreme_eigenvalues(const Apply& apply, LanczosMemory<R, Rows, Cols, Steps>& memory) {
  static_assert(Steps > 0, "idem: the first step gives the first estimate");
  constexpr Index kCount = Rows * Cols;
  constexpr R kEpsilon = std::numeric_limits<R>::epsilon();
  R* const diagonal = memory.diagonal;
  R* const beside = memory.beside;
  R* u = memory.vectors[0];
  R* v = memory.vectors[1];
  R* w = memory.vectors[2];
  gaussian_fill(Stream{0, Purpose::probe, 0}, 0, v, kCount);
  const R length = norm(static_cast<const R*>(v), kCount);
  for (Index i = 0; i < kCount; ++i) {
    v[i] = v[i] / length;
    u[i] = R{0};
  }
  Extremes<R> extremes;
  R b{0}, stop{0};
  for (;;) {
    const Index j = extremes.steps++;
    apply(static_cast<const R*>(v), w);
    diagonal[j] = inner_product<Rows, Cols>(static_cast<const R*>(v), static_cast<const R*>(w));
    add_scaled(-diagonal[j], static_cast<const R*>(v), w, kCount);
    add_scaled(-b, static_cast<const R*>(u), w, kCount);
    b = sqrt(inner_product<Rows, Cols>(static_cast<const R*>(w), static_cast<const R*>(w)));
    beside[j] = b;
    if (j == 0) stop = kEpsilon * (diagonal[0] < R{0} ? -diagonal[0] : diagonal[0]);
    if (!(b > stop) || extremes.steps == Steps) break;
    for (Index i = 0; i < kCount; ++i) w[i] = w[i] / b;
    // v becomes u, w becomes v, and the memory of u is free.
    std::swap(u, v);
    std::swap(v, w);
  }

  R bound{0};  // Gershgorin's
  for (Index j = 0; j < extremes.steps; ++j) {
    const R before = j > 0 ? beside[j - 1] : R{0};
    const R behind = j + 1 < extremes.steps ? beside[j] : R{0};
    const R radius = ((diagonal[j] < R{0} ? -diagonal[j] : diagonal[j]) + before) + behind;
    if (!(radius - radius == R{0})) {
      extremes.status = Status::not_finite;
      return extremes;
    }
    if (radius > bound) bound = radius;
  }
  // The least x with at least `enough` eigenvalues below it.
  const auto bisect = [&](Index enough) {
    R low = -bound, high = bound, x{0};
    for (int i = 0; i < std::numeric_limits<R>::digits + 7; ++i) {
      x = R{0.5} * (low + high);
      const Index below = detail::eigenvalues_below<R>(diagonal, beside, extremes.steps, x, kEpsilon * bound);
      if (below >= enough) {
        high = x;
      } else {
        low = x;
      }
    }
    return x;
  };
  extremes.least = bisect(1);
  extremes.greatest = bisect(extremes.steps);
  return extremes;
}

}  // namespace idem::inline IDEM_TARGET
