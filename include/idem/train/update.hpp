// SPDX-License-Identifier: Apache-2.0
/// \file  The step itself: all of the new weights, or none.
#pragma once

#include <cstdint>
#include <limits>

#include <idem/kernels/sums.hpp>
#include <idem/train/executor.hpp>

namespace idem::inline IDEM_TARGET {

/// How a gradient lies: as the weights do, row k for input k; or transposed, row j for neuron j.
enum class Layout : std::uint8_t { by_input, by_neuron };

namespace detail {

/// w <- fma(-c, g + 0, w) for `count` numbers.
template <Real R>
void step(R c, const R* g, R* w, Index count) {
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  const Vector minus_c = L::broadcast(-c);
  for (Index i = 0; i < count; i += L::kWidth) {
    const Index left = count - i;
    if (left >= L::kWidth) {
      L::store(w + i, L::fma(minus_c, L::load(g + i) + Vector{}, L::load(w + i)));
    } else {
      L::store_part(w + i, L::fma(minus_c, L::load_part(g + i, left) + Vector{}, L::load_part(w + i, left)),
                    left);
    }
  }
}

/// Calls body(i, j) for first <= i < last and all j < D, kTogether of them in a row.
template <Index D, Real R, class Body>
IDEM_INLINE void for_rows(Index first, Index last, const Body& body) {
  constexpr Index kTogether = Lanes<R>::kAlone ? Lanes<R>::kTogether : 1;
  for (Index i = first; i < last; ++i) {
    Index j = 0;
    for (; j + kTogether <= D; j += kTogether) {
      IDEM_UNROLL for (Index v = 0; v < kTogether; ++v) body(i, j + v);
    }
    IDEM_UNROLL for (Index v = 0; v < D % kTogether; ++v) body(i, j + v);
  }
}

/// Where G has what belongs to W[k][j].
template <Index D, Layout L>
constexpr Index gradient_at(Index k, Index j) {
  return L == Layout::by_input ? k * D + j : j * D + k;
}

/// Whether every new weight will be finite.
template <Index D, Layout L, Real R>
bool stays_finite(R c, const R* gradient, const R* weights) {
  if constexpr (L == Layout::by_neuron && Lanes<R>::kAloneInHardware) {
    // Nothing is cheaper than to compute them all, and see that a product of each with zero is zero.
    R zero{0};
    for_rows<D, R>(0, D, [&](Index k, Index j) {
      zero = fma(fma(-c, gradient[gradient_at<D, L>(k, j)] + R{0}, weights[k * D + j]), R{0}, zero);
    });
    return zero == R{0};
  }
  const R magnitude = c < R{0} ? -c : c;
  const R bound = fma(magnitude, std::bit_cast<R>(largest_magnitude(gradient, D * D)),
                      std::bit_cast<R>(largest_magnitude(weights, D * D)));
  // Half of the largest number leaves room for every rounding in the bound. Beyond it, or where there is
  // none, look closely.
  if (bound <= std::numeric_limits<R>::max() / R{2}) return true;
  for (Index k = 0; k < D; ++k) {
    for (Index j = 0; j < D; ++j) {
      const R w = fma(-c, gradient[gradient_at<D, L>(k, j)] + R{0}, weights[k * D + j]);
      if (!(w - w == R{0})) return false;
    }
  }
  return true;
}

}  // namespace detail

/// W[k][j] <- fma(-c, G(k, j) + 0, W[k][j]) if every result is finite; else W stays.
///
///     G   D x D, the gradient, lying as L says
///     W   D x D, row-major; must not overlap G
///
/// Returns whether W was updated.
/// Bits    ARITHMETIC.md section 7.2.
/// Cost    D^2 fused multiply-adds, and one pass over G and W to know that all will be finite.
template <Index D, Layout L, Real R, Executor E>
bool update_weights(R c, const R* gradient, R* weights, E& executor) {
  if (!detail::stays_finite<D, L>(c, gradient, weights)) return false;
  const int parts = executor.size();
  executor.run([&](int part) {
    const Index first = share(D, part, parts), last = share(D, part + 1, parts);
    if constexpr (L == Layout::by_input) {
      detail::step(c, gradient + first * D, weights + first * D, (last - first) * D);
    } else {
      detail::for_rows<D, R>(first, last, [&](Index k, Index j) {
        weights[k * D + j] = fma(-c, gradient[j * D + k] + R{0}, weights[k * D + j]);
      });
    }
  });
  return true;
}

}  // namespace idem::inline IDEM_TARGET
