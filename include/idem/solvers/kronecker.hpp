// SPDX-License-Identifier: Apache-2.0
/// \file  A preconditioner for the least-squares systems of two-layer networks.
#pragma once

#include <idem/kernels/product.hpp>
#include <idem/solvers/cholesky.hpp>

namespace idem::inline IDEM_TARGET {

/// M = ((I + v v^T) / 4) (x) (X^T X): what B^T B is on average over Gaussian inputs at the identity mapping, but for
/// terms of 1 / (2 pi). B's rows are those of [JagatapHegde19], v the signs of the neurons.
///
///     M^-1 R = 4 (X^T X)^-1 R (I - v v^T / (1 + D)),   R being D x D, row k for input k, column j for neuron j
///
/// The factor 4 does not matter to conjugate gradients and is left out. The eigenvalues of M^-1 B^T B are then on
/// average in [0.36, 1.64], but for one of 12.5, whatever D is.
///
/// Memory  D^2 numbers.
template <Real R, Index D>
class KroneckerPreconditioner {
 public:
  /// Inverts C = X^T X.
  ///
  ///     gram     kPackedSize<D> numbers, the upper triangle of C; overwritten
  ///     scratch  D numbers
  ///
  /// Errors  not_positive_definite: the inputs do not span all dimensions.
  /// Bits    ARITHMETIC.md section 12.10.
  /// Cost    (7/6) D^3 fused multiply-adds.
  Solved set(R* gram, R* scratch) {
    const Solved solved = cholesky<D>(gram);
    if (solved.status != Status::ok) return solved;
    for (Index j = 0; j < D; ++j) {
      for (Index i = 0; i < D; ++i) scratch[i] = i == j ? R{1} : R{0};
      cholesky_solve<D>(static_cast<const R*>(gram), scratch);
      for (Index i = 0; i < D; ++i) inverse_[i * D + j] = scratch[i];
    }
    return solved;
  }

  /// z = M^-1 r / 4; negative(j) tells whether v_j = -1.
  ///
  /// Bits    ARITHMETIC.md section 12.10.
  /// Cost    D^3 fused multiply-adds.
  template <class Negative>
  void apply(const Negative& negative, const R* r, R* z) const {
    product(ConstMatView<R, D, D>(inverse_), ConstMatView<R, D, D>(r), MatView<R, D, D>(z));
    // Rows side by side: each sum is one chain.
    constexpr Index kTogether = IDEM_SMALL ? 1 : D < 8 ? D : 8;
    Index i = 0;
    for (; i + kTogether <= D; i += kTogether) subtract_means<kTogether>(negative, z + i * D);
    if constexpr (D % kTogether != 0) subtract_means<D % kTogether>(negative, z + i * D);
  }

 private:
  /// Rows of z (I - v v^T / (1 + D)).
  template <Index Rows, class Negative>
  static void subtract_means(const Negative& negative, R* z) {
    R sums[Rows] = {};
    for (Index q = 0; q < D; ++q) {
      const bool minus = negative(q);
      IDEM_UNROLL for (Index t = 0; t < Rows; ++t) {
        sums[t] = minus ? sums[t] - z[t * D + q] : sums[t] + z[t * D + q];
      }
    }
    for (R& sum : sums) sum = sum / static_cast<R>(D + 1);
    for (Index q = 0; q < D; ++q) {
      const bool minus = negative(q);
      IDEM_UNROLL for (Index t = 0; t < Rows; ++t) {
        R& value = z[t * D + q];
        value = minus ? value + sums[t] : value - sums[t];
      }
    }
  }

  R inverse_[D * D];
};

}  // namespace idem::inline IDEM_TARGET
