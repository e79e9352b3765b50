// SPDX-License-Identifier: Apache-2.0
/// \file  The step itself: all of the new weights, or none.
#pragma once

#include <cstdint>

#include <idem/kernels/sums.hpp>
#include <idem/train/executor.hpp>

namespace idem::inline IDEM_TARGET {

/// How a gradient lies: as the weights do, row k for input k; or transposed, row j for neuron j.
enum class Layout : std::uint8_t { by_input, by_neuron };

namespace detail {

/// w <- fma(minus_c, g + 0, w), and g <- the old w. (That first: the fma may then overwrite its register.)
template <Real R>
IDEM_INLINE void step(R minus_c, R& g, R& w, AllFinite<R>& finite) {
  const R old = w, sum = g + R{0};
  g = old;
  w = fma(minus_c, sum, old);
  finite.see(Lanes<R>::broadcast(w));
}

/// The same for a vector.
template <Real R>
IDEM_INLINE void step(typename Lanes<R>::Vector minus_c, R* g, R* w, AllFinite<R>& finite) {
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  const Vector old = L::load(w), now = L::fma(minus_c, L::load(g) + Vector{}, old);
  L::store(g, old);
  L::store(w, now);
  finite.see(now);
}

/// The same for `count` neighbours, of Most at most.
template <Index Most, Real R>
IDEM_INLINE void step(R minus_c, R* g, R* w, Index count, AllFinite<R>& finite) {
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  // Whether all are finite is a chain of fma, each of which takes as long as two vectors pass memory.
  constexpr Index kTogether = L::kAlone || Most < 16 * L::kWidth ? 1 : 4;
  AllFinite<R> chains[kTogether];
  const Vector factor = L::broadcast(minus_c);
  Index i = 0;
  for (; i + kTogether * L::kWidth <= count; i += kTogether * L::kWidth) {
    IDEM_UNROLL for (Index v = 0; v < kTogether; ++v) {
      step(factor, g + i + v * L::kWidth, w + i + v * L::kWidth, chains[v]);
    }
  }
  for (; i + L::kWidth <= count; i += L::kWidth) step(factor, g + i, w + i, finite);
  IDEM_UNROLL for (Index v = 0; v < kTogether; ++v) finite.join(chains[v]);
  if (const Index left = count - i; left > 0) {
    const Vector old = L::load_part(w + i, left);
    const Vector now = L::fma(factor, L::load_part(g + i, left) + Vector{}, old);
    L::store_part(g + i, old, left);
    L::store_part(w + i, now, left);
    finite.see(now);
  }
}

/// The same for a row of D weights and the column of a D x D gradient that begins at g.
template <Index D, Real R>
IDEM_INLINE void step_transposed(R minus_c, R* g, R* w, AllFinite<R>& finite) {
  constexpr Index kTogether = Lanes<R>::kTogether;
  Index j = 0;
  for (; j + kTogether <= D; j += kTogether) {
    IDEM_UNROLL for (Index v = 0; v < kTogether; ++v) step(minus_c, g[(j + v) * D], w[j + v], finite);
  }
  IDEM_UNROLL for (Index v = 0; v < D % kTogether; ++v) step(minus_c, g[(j + v) * D], w[j + v], finite);
}

/// The same for rows [first, last) of the weights. Returns whether all of them are finite now.
template <Index D, Layout L, Real R>
bool step_rows(R minus_c, R* gradient, R* weights, Index first, Index last) {
  AllFinite<R> finite;
  if constexpr (L == Layout::by_input) {
    step<D * D>(minus_c, gradient + first * D, weights + first * D, (last - first) * D, finite);
  } else {
    for (Index k = first; k < last; ++k) {
      step_transposed<D>(minus_c, gradient + k, weights + k * D, finite);
    }
  }
  return finite.value();
}

/// Runs step(part, parts), which takes the step for a part of the weights, leaves the old ones in `gradient`, lying as
/// L says, and returns whether the new ones are finite; if not all are, the old ones come back. Returns whether all are.
template <Index D, Layout L, Real R, Executor E, class Step>
bool step_or_restore(R* gradient, R* weights, E& executor, const Step& step) {
  bool finite = true;
  const int parts = executor.size();
  executor.run([&](int part) {
    if (!step(part, parts)) {
      // Parts may run at the same time. Where a compiler has no atomics to hand (Clang on ARMv6-M would call a
      // library), to store a byte is one instruction all the same.
#if __GCC_ATOMIC_BOOL_LOCK_FREE == 2
      __atomic_store_n(&finite, false, __ATOMIC_RELAXED);
#else
      *static_cast<volatile bool*>(&finite) = false;
#endif
    }
  });
  if (finite) return true;
  for (Index k = 0; k < D; ++k) {
    for (Index j = 0; j < D; ++j) {
      weights[k * D + j] = gradient[L == Layout::by_input ? k * D + j : j * D + k];
    }
  }
  return false;
}

}  // namespace detail

/// W[k][j] <- fma(-c, G(k, j) + 0, W[k][j]) if every result is finite; else W stays.
///
///     G   D x D, the gradient, lying as L says; overwritten
///     W   D x D, row-major; must not overlap G
///
/// Returns whether W was updated.
/// Bits    ARITHMETIC.md section 7.2.
/// Cost    D^2 fused multiply-adds, in one pass over G and W.
template <Index D, Layout L, Real R, Executor E>
bool update_weights(R c, R* gradient, R* weights, E& executor) {
  return detail::step_or_restore<D, L>(gradient, weights, executor, [&](int part, int parts) {
    const Index first = share(D, part, parts), last = share(D, part + 1, parts);
    return detail::step_rows<D, L>(-c, gradient, weights, first, last);
  });
}

/// The same of a gradient in registers, row-major from one to the next.
template <Index D, Real R, Index Count>
IDEM_INLINE bool update_weights(R c, const typename Lanes<R>::Vector (&gradient)[Count], R* weights) {
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  static_assert(Count * L::kWidth == D * D);
  const Vector factor = L::broadcast(-c);
  Vector now[Count];
  AllFinite<R> finite;
  IDEM_UNROLL for (Index i = 0; i < Count; ++i) {
    now[i] = L::fma(factor, gradient[i] + Vector{}, L::load(weights + i * L::kWidth));
    finite.see(now[i]);
  }
  if (!finite.value()) return false;
  IDEM_UNROLL for (Index i = 0; i < Count; ++i) L::store(weights + i * L::kWidth, now[i]);
  return true;
}

}  // namespace idem::inline IDEM_TARGET
