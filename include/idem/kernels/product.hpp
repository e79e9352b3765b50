// SPDX-License-Identifier: Apache-2.0
/// \file  Matrix products of compile-time shape.
#pragma once

#include <idem/kernels/tile.hpp>

namespace idem::inline IDEM_TARGET {

/// C = A B.
///
///     A   M x K
///     B   K x N
///     C   M x N, overwritten; must not overlap A or B
///
/// Bits    each element is one chain of fma from +0 in ascending k: ARITHMETIC.md section 3.
/// Memory  no heap; the registers of one tile.
/// Cost    M K N fused multiply-adds.
///
///     Mat<float, 2, 2> a, b, c;
///     a << 1, 2, 3, 4;
///     b << 5, 6, 7, 8;
///     product(a, b, c);        // c = (19, 22; 43, 50)
template <Dense A, Dense B, Dense C>
void product(const A& a, const B& b, C&& c) {
  static_assert(kCols<A> == kRows<B>, "idem: A B needs as many columns in A as rows in B");
  static_assert(kRows<C> == kRows<A> && kCols<C> == kCols<B>, "idem: C must be rows of A x columns of B");
  using R = ScalarOf<C>;
  constexpr Index M = kRows<A>, K = kCols<A>, N = kCols<B>;
  const Product<R, Strides<K, 1, N, N>> p{a.data(), b.data(), nullptr, 0, c.data()};
  product_rows<M, N>(p, K, 0, row_pieces<R, M, N>());
}

/// C = A^T B, as `product`.
///
///     A   K x M
///     B   K x N
///     C   M x N, overwritten; must not overlap A or B
///
/// Bits    each element is one chain of fma from +0 in ascending k: ARITHMETIC.md section 3.
template <Dense A, Dense B, Dense C>
void product_transposed(const A& a, const B& b, C&& c) {
  static_assert(kRows<A> == kRows<B>, "idem: A^T B needs as many rows in A as in B");
  static_assert(kRows<C> == kCols<A> && kCols<C> == kCols<B>, "idem: C must be columns of A x columns of B");
  using R = ScalarOf<C>;
  constexpr Index M = kCols<A>, K = kRows<A>, N = kCols<B>;
  const Product<R, Strides<1, M, N, N>> p{a.data(), b.data(), nullptr, 0, c.data()};
  product_rows<M, N>(p, K, 0, row_pieces<R, M, N>());
}

}  // namespace idem::inline IDEM_TARGET
