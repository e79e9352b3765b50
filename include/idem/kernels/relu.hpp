// SPDX-License-Identifier: Apache-2.0
/// \file  The rectifier, its mask, and what a layer of them adds up to.
#pragma once

#include <idem/arith/lanes.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// z > 0 ? z : +0, so that NaN and -0 give +0. In lanes or alone.
template <class V>
IDEM_INLINE V relu(V z) {
  return z > V{} ? z : V{};
}

/// z >= 0 ? value : +0, so that a neuron at zero takes part and one at NaN does not.
template <class V>
IDEM_INLINE V where_on(V z, V value) {
  return z >= V{} ? value : V{};
}

/// Row j of z holds neuron j, column s sample s: sums[s] = sum over j of v_j relu(z[j][s]), for the
/// columns from vector `first` up to vector `last`.
///
///     z          neurons x columns, rows `stride` apart, whole vectors long
///     negative   negative(j): whether v_j = -1
///     sums       overwritten
///
/// Bits    one chain of additions from +0 in ascending j for each sample: ARITHMETIC.md section 6.
template <Real R, class Negative>
void relu_sums(const R* z, Index neurons, Index stride, const Negative& negative, R* sums, Index first,
               Index last) {
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  constexpr Index kTogether = 4;  // chains side by side: the latency of an addition
  for (Index v = first; v < last; v += kTogether) {
    const Index count = last - v < kTogether ? last - v : kTogether;
    Vector sum[kTogether] = {};
    for (Index j = 0; j < neurons; ++j) {
      const R* row = z + j * stride + v * L::kWidth;
      const bool minus = negative(j);
      IDEM_UNROLL for (Index t = 0; t < kTogether; ++t) {
        if (t < count) {
          const Vector a = relu(L::load(row + t * L::kWidth));
          sum[t] = minus ? sum[t] - a : sum[t] + a;
        }
      }
    }
    for (Index t = 0; t < count; ++t) L::store(sums + (v + t) * L::kWidth, sum[t]);
  }
}

/// z[j][s] <- z[j][s] >= 0 ? v_j residuals[s] : +0, for the columns from vector `first` up to `last`.
///
/// Bits    a selection, and a sign: ARITHMETIC.md sections 3.6 and 7.
template <Real R, class Negative>
void mask_residuals(R* z, Index neurons, Index stride, const Negative& negative, const R* residuals,
                    Index first, Index last) {
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  for (Index j = 0; j < neurons; ++j) {
    const bool minus = negative(j);
    for (Index v = first; v < last; ++v) {
      const Vector r = L::load(residuals + v * L::kWidth);
      R* at = z + j * stride + v * L::kWidth;
      L::store(at, where_on(L::load(at), minus ? -r : r));
    }
  }
}

}  // namespace idem::inline IDEM_TARGET
