// SPDX-License-Identifier: Apache-2.0
/// \file  What a trainer makes small: squared error, or the logistic loss around a threshold.
#pragma once

#include <idem/arith/softplus.hpp>
#include <idem/kernels/sums.hpp>

namespace idem::inline IDEM_TARGET {

/// (f - y)^2.
template <Real R>
struct SquaredError {
  /// Half the derivative by f, so that the gradient of a mean over n samples is (2/n) sum of residuals. Alone or in lanes.
  template <class V>
  [[nodiscard]] IDEM_INLINE V residual(V f, V y) const {
    return f - y;
  }
  /// Adds a sample's loss.
  void add(LongSum<R>& sum, R f, R y) const { add_residual(sum, residual(f, y)); }
  /// The same where the residual is there already.
  void add_residual(LongSum<R>& sum, R residual) const { sum.add_square(residual); }
};

/// For two classes, y = 0 and 1, told apart by f < threshold: width times the cross-entropy of
/// logistic((f - threshold) / width) with y. The width, > 0, is how far from the threshold a sample has to
/// lie before it no longer matters; the derivative by f is at most 1 in magnitude.
///
/// The loss that is reported is the cross-entropy, in nats.
///
/// Bits    ARITHMETIC.md section 7.
template <Real R>
struct LogisticLoss {
  R threshold;
  R width;

  [[nodiscard]] R residual(R f, R y) const { return (logistic((f - threshold) / width) - y) / R{2}; }
  void add(LongSum<R>& sum, R f, R y) const {
    const R t = (f - threshold) / width;
    sum.add(fma(-y, t, softplus(t)));
  }
};

}  // namespace idem::inline IDEM_TARGET
