// SPDX-License-Identifier: Apache-2.0
/// \file  The backward pass of many samples at once.
#pragma once

#include <idem/models/slice.hpp>
#include <idem/train/executor.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// The last columns of a gradient, fewer than a vector, as rows of the transposed product: vectors then run along
/// the inputs, and are as full there as everywhere.
///
///     scratch  D numbers in whole vectors for each of the columns
template <Index D, Index Columns, class Masked, Real R>
void add_last_columns(const R* x, const Masked& masked, Index count, bool fresh, R* gradient, R* scratch) {
  constexpr Index kFirst = D - Columns, kStride = ceil_div(D, Lanes<R>::kWidth) * Lanes<R>::kWidth;
  R* const columns = gradient + kFirst;
  for (Index k = 0; k < D; ++k) {
    for (Index j = 0; j < Columns; ++j) scratch[j * kStride + k] = fresh ? R{0} : columns[k * D + j];
  }
  const Product<R, Strides<1, Masked::kStride, D, kStride>> p{masked.rows + kFirst, x, scratch, kStride,
                                                              scratch};
  product_rows<Columns, D>(p, count, 0, row_pieces<R, Columns, D>());
  for (Index k = 0; k < D; ++k) {
    for (Index j = 0; j < Columns; ++j) columns[k * D + j] = scratch[j * kStride + k];
  }
}

}  // namespace detail

/// G += X^T E, or G = X^T E when `fresh`: the gradient of `count` samples whose masked residuals are in place.
///
///     X        count x D, row-major
///     masked   E, a row for each sample
///     G        D x D, row k for input k
///     scratch  a slice's inputs, of no more use once the forward pass is done
///
/// Bits    g[k][j] <- fma(x_k, e_j, g[k][j]) over the samples in ascending order: ARITHMETIC.md section 7.1.
/// Cost    count D^2 fused multiply-adds.
//
// By itself, because a function may hold only one lambda of a signature: GCC 13 numbers them otherwise than GCC 12,
// and objects of both would take one for the other.
template <Index D, Real R, Index SliceCount, Executor E>
void add_gradient(const R* x, const MaskedResiduals<R, D, SliceCount>& masked, Index count, bool fresh,
                  R* gradient, R* scratch, E& executor) {
  using Masked = MaskedResiduals<R, D, SliceCount>;
  constexpr Index kWidth = Lanes<R>::kWidth;
  // Columns in whole vectors; all, where a part of a vector costs no more than the way round.
  constexpr Index kLast = D % kWidth, kWayRound = kLast * detail::ceil_div(D, kWidth);
  constexpr Index kWhole = D < kWidth || kWayRound >= D ? D : D - kLast;
  static_assert(kWhole == D || (D - kWhole) * detail::ceil_div(D, kWidth) * kWidth <=
                                   static_cast<Index>(sizeof(Slice<R, D, SliceCount>::inputs) / sizeof(R)));
  const Product<R, Strides<1, D, Masked::kStride, D, true>> p{x, masked.rows, fresh ? nullptr : gradient, D,
                                                              gradient};
  const int parts = executor.size();
  constexpr Index kPieces = row_pieces<R, D, kWhole>();
  executor.run([&](int part) {
    product_rows<D, kWhole>(p, count, share(kPieces, part, parts), share(kPieces, part + 1, parts));
    if constexpr (kWhole < D) {
      if (part == parts - 1) {
        detail::add_last_columns<D, D - kWhole>(x, masked, count, fresh, gradient, scratch);
      }
    }
  });
}

}  // namespace idem::inline IDEM_TARGET
