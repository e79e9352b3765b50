// SPDX-License-Identifier: Apache-2.0
/// \file  The step itself: all of the new weights, or none.
#pragma once

#include <limits>

#include <idem/kernels/transpose.hpp>
#include <idem/train/executor.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// The largest magnitude among `count` numbers, NaN when one of them is not finite.
template <Real R>
R largest_magnitude(const R* x, Index count) {
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  Vector most = L::broadcast(R{0});
  Vector not_finite = L::broadcast(R{0});  // x - x is NaN for NaN and infinity, and NaN stays
  for (Index i = 0; i < count; i += L::kWidth) {
    const Vector v = i + L::kWidth <= count ? L::load(x + i) : L::load_part(x + i, count - i);
    const Vector magnitude = v < Vector{} ? -v : v;
    most = most > magnitude ? most : magnitude;
    not_finite = not_finite + (v - v);
  }
  R lanes[L::kWidth];
  L::store(lanes, most + not_finite);
  R result = R{0};
  for (const R lane : lanes) {
    if (!(lane <= result)) result = lane;
    if (result != result) return result;
  }
  return result;
}

/// The weights that a step would give: fma(-c, g + 0, w).
template <class V, Real R>
IDEM_INLINE V stepped(V minus_c, V g, V w) {
  return Lanes<R>::fma(minus_c, g + V{}, w);
}

}  // namespace detail

/// W[k][j] <- fma(-c, G[j][k] + 0, W[k][j]) if every result is finite; else W stays.
///
///     G   D x D, the gradient transposed: row j belongs to neuron j
///     W   D x D, row-major; must not overlap G
///
/// Returns whether W was updated.
/// Bits    ARITHMETIC.md section 7.2.
/// Cost    D^2 fused multiply-adds, and one pass over G and W to know that all will be finite.
template <Index D, Real R, Executor E>
bool update_weights(R c, const R* gradient, R* weights, E& executor) {
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  const R magnitude = c < R{0} ? -c : c;
  const R bound = fma(magnitude, detail::largest_magnitude(gradient, D * D),
                      detail::largest_magnitude(weights, D * D));
  // Half of the largest number leaves room for every rounding in the bound. Beyond it, look closely.
  if (!(bound <= std::numeric_limits<R>::max() / R{2})) {
    for (Index k = 0; k < D; ++k) {
      for (Index j = 0; j < D; ++j) {
        const R w = fma(-c, gradient[j * D + k] + R{0}, weights[k * D + j]);
        if (!(w - w == R{0})) return false;
      }
    }
  }
  const int parts = executor.size();
  constexpr Index kBlocks = detail::ceil_div(D, L::kWidth);
  executor.run([&](int part) {
    const Vector minus_c = L::broadcast(-c);
    Vector square[L::kWidth];
    for (Index b = share(kBlocks, part, parts); b < share(kBlocks, part + 1, parts); ++b) {
      const Index j = b * L::kWidth;
      const Index neurons = D - j < L::kWidth ? D - j : L::kWidth;
      for (Index k = 0; k < D; k += L::kWidth) {
        const Index inputs = D - k < L::kWidth ? D - k : L::kWidth;
        detail::load_transposed(square, gradient + j * D + k, D, neurons, inputs);
        IDEM_UNROLL for (Index i = 0; i < L::kWidth; ++i) {
          if (i < inputs) {
            R* w = weights + (k + i) * D + j;
            if (neurons == L::kWidth) {
              L::store(w, detail::stepped<Vector, R>(minus_c, square[i], L::load(w)));
            } else {
              L::store_part(w, detail::stepped<Vector, R>(minus_c, square[i], L::load_part(w, neurons)),
                            neurons);
            }
          }
        }
      }
    }
  });
  return true;
}

}  // namespace idem::inline IDEM_TARGET
