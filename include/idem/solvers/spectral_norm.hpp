// SPDX-License-Identifier: Apache-2.0
/// \file  The largest singular value, by power iteration.
#pragma once

#include <idem/kernels/matrix_vector.hpp>
#include <idem/kernels/sums.hpp>
#include <idem/random/gaussian.hpp>

namespace idem::inline IDEM_TARGET {

/// Working memory of `spectral_norm`.
template <Real R, Index Rows, Index Cols>
struct SpectralScratch {
  R left[Rows];
  R right[Cols];
};

/// ||M||_2 from below: `iterations` rounds of power iteration on M^T M from a fixed random start.
///
/// The estimate rises with every round. After k rounds it is expected to be short of ||M||_2 by at most
/// the fraction 0.44 log(Cols) / (k - 1), however the other singular values lie (half of what Kuczynski
/// & Wozniakowski (1992), SIAM J. Matrix Anal. 13(4), Theorem 3.1, have for M^T M), usually by far less.
/// To hold a bound, leave room.
///
/// Bits    ARITHMETIC.md section 8.
/// Memory  the caller's scratch.
/// Cost    2 Rows Cols fused multiply-adds a round.
template <Dense M>
ScalarOf<M> spectral_norm(const M& m, int iterations,
                          SpectralScratch<ScalarOf<M>, kRows<M>, kCols<M>>& scratch) {
  using R = ScalarOf<M>;
  VecView<R, kRows<M>> u(scratch.left);
  VecView<R, kCols<M>> v(scratch.right);
  const auto normalize = [](R* x, Index count) {
    const R s = norm(x, count);
    if (s != R{0}) {
      for (Index i = 0; i < count; ++i) x[i] = x[i] / s;
    }
    return s;
  };
  gaussian_fill(Stream{0, Purpose::probe, 0}, 0, scratch.right, kCols<M>);
  normalize(scratch.right, kCols<M>);
  R s = R{0};
  for (int i = 0; i < iterations; ++i) {
    matrix_vector(m, v, u);
    if (normalize(scratch.left, kRows<M>) == R{0}) return R{0};
    matrix_vector_transposed(m, u, v);
    s = normalize(scratch.right, kCols<M>);
    if (s == R{0}) return R{0};
  }
  return s;
}

}  // namespace idem::inline IDEM_TARGET
