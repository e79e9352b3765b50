// SPDX-License-Identifier: Apache-2.0
/// \file  Matrix-vector products and rank-1 updates.
#pragma once

#include <idem/kernels/transpose.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// sum += the product of `rows` x Columns numbers of A, at most kWidth of each, and Columns numbers of x.
template <Index Columns, Real R>
IDEM_INLINE void add_square(const R* a, Index stride, Index rows, const R* x,
                            typename Lanes<R>::Vector& sum) {
  using L = Lanes<R>;
  typename L::Vector square[L::kWidth];
  load_transposed<Columns>(square, a, stride, rows);
  IDEM_UNROLL for (Index c = 0; c < Columns; ++c) sum = L::fma(square[c], L::broadcast(x[c]), sum);
}

}  // namespace detail

/// y = A x.
///
///     A   M x N
///     x   N
///     y   M, overwritten; must not overlap A or x
///
/// Bits    each element is one chain of fma from +0 in ascending index: ARITHMETIC.md section 3. Lanes
///         hold neighbouring rows, so squares of A are transposed on the way.
/// Cost    M N fused multiply-adds.
template <Dense A, Dense X, Dense Y>
void matrix_vector(const A& a, const X& x, Y&& y) {
  using R = ScalarOf<Y>;
  using L = Lanes<R>;
  constexpr Index M = kRows<A>, N = kCols<A>;
  static_assert(kRows<X> * kCols<X> == N, "idem: A x needs as many elements in x as columns in A");
  static_assert(kRows<Y> * kCols<Y> == M, "idem: A x has as many elements as rows in A");
  for (Index i = 0; i < M; i += L::kWidth) {
    const Index rows = M - i < L::kWidth ? M - i : L::kWidth;
    typename L::Vector sum = L::broadcast(R{0});
    Index j = 0;
    for (; j + L::kWidth <= N; j += L::kWidth) {
      detail::add_square<L::kWidth>(a.data() + i * N + j, N, rows, x.data() + j, sum);
    }
    if constexpr (N % L::kWidth != 0) {
      detail::add_square<N % L::kWidth>(a.data() + i * N + j, N, rows, x.data() + j, sum);
    }
    if (rows == L::kWidth) {
      L::store(y.data() + i, sum);
    } else {
      L::store_part(y.data() + i, sum, rows);
    }
  }
}

/// y = A^T x.
///
///     A   M x N
///     x   M
///     y   N, overwritten; must not overlap A or x
///
/// Bits    each element is one chain of fma from +0 in ascending index: ARITHMETIC.md section 3.
/// Cost    M N fused multiply-adds.
template <Dense A, Dense X, Dense Y>
void matrix_vector_transposed(const A& a, const X& x, Y&& y) {
  using R = ScalarOf<Y>;
  constexpr Index M = kRows<A>, N = kCols<A>;
  static_assert(kRows<X> * kCols<X> == M, "idem: A^T x needs as many elements in x as rows in A");
  static_assert(kRows<Y> * kCols<Y> == N, "idem: A^T x has as many elements as columns in A");
  const Product<R, Strides<0, 1, N, 0>> p{x.data(), a.data(), nullptr, 0, y.data()};
  product_rows<1, N>(p, M, 0, 1);
}

/// to_i <- fma(factor, x_i, to_i) for `count` numbers; must not overlap.
///
/// Bits    element by element: ARITHMETIC.md section 3.3.
template <Real R>
void add_scaled(R factor, const R* x, R* to, Index count) {
  using L = Lanes<R>;
  const typename L::Vector factors = L::broadcast(factor);
  Index i = 0;
  for (; i + L::kWidth <= count; i += L::kWidth) {
    L::store(to + i, L::fma(factors, L::load(x + i), L::load(to + i)));
  }
  if (i < count) {
    L::store_part(to + i, L::fma(factors, L::load_part(x + i, count - i), L::load_part(to + i, count - i)),
                  count - i);
  }
}

/// The same for a count given at compile time.
template <Index Count, Real R>
IDEM_INLINE void add_scaled(R factor, const R* x, R* to) {
  using L = Lanes<R>;
  if constexpr (L::kAloneInHardware && L::kTogether > 1) {
    // Neighbours side by side: a counter and two pointers cost as much as an fma.
    Index i = 0;
    for (; i + L::kTogether <= Count; i += L::kTogether) {
      IDEM_UNROLL for (Index v = 0; v < L::kTogether; ++v) to[i + v] = fma(factor, x[i + v], to[i + v]);
    }
    IDEM_UNROLL for (Index v = 0; v < Count % L::kTogether; ++v) to[i + v] = fma(factor, x[i + v], to[i + v]);
  } else {
    add_scaled(factor, x, to, Count);
  }
}

/// to_i <- fma(factor, to_i, x_i) for `count` numbers; must not overlap.
///
/// Bits    element by element: ARITHMETIC.md section 12.9.
template <Real R>
void add_multiple(const R* x, R factor, R* to, Index count) {
  using L = Lanes<R>;
  const typename L::Vector factors = L::broadcast(factor);
  Index i = 0;
  for (; i + L::kWidth <= count; i += L::kWidth) {
    L::store(to + i, L::fma(factors, L::load(to + i), L::load(x + i)));
  }
  if (i < count) {
    L::store_part(to + i, L::fma(factors, L::load_part(to + i, count - i), L::load_part(x + i, count - i)),
                  count - i);
  }
}

/// A += x y^T.
///
///     A   M x N
///     x   M
///     y   N; neither may overlap A
///
/// Bits    a_ij <- fma(x_i, y_j, a_ij): ARITHMETIC.md section 3.3.
/// Cost    M N fused multiply-adds.
template <Dense A, Dense X, Dense Y>
void add_rank1(A&& a, const X& x, const Y& y) {
  constexpr Index M = kRows<A>, N = kCols<A>;
  static_assert(kRows<X> * kCols<X> == M, "idem: x y^T needs as many elements in x as rows in A");
  static_assert(kRows<Y> * kCols<Y> == N, "idem: x y^T needs as many elements in y as columns in A");
  for (Index i = 0; i < M; ++i) add_scaled(x.data()[i], y.data(), a.data() + i * N, N);
}

}  // namespace idem::inline IDEM_TARGET
