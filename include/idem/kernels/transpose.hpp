// SPDX-License-Identifier: Apache-2.0
/// \file  Turning rows into columns, a square of vectors at a time.
#pragma once

#include <idem/kernels/tile.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// The transpose of `rows` x `columns` numbers, at most kWidth of each; what is absent is +0.
template <Real R>
IDEM_INLINE void load_transposed(typename Lanes<R>::Vector (&square)[Lanes<R>::kWidth], const R* from,
                                 Index stride, Index rows, Index columns) {
  using L = Lanes<R>;
  if (rows >= L::kWidth && columns >= L::kWidth) {
    L::load_transposed(from, stride, square);
    return;
  }
  R padded[L::kWidth * L::kWidth];
  for (Index i = 0; i < L::kWidth; ++i) {
    const R* row = from + i * stride;
    L::store(padded + i * L::kWidth, i >= rows              ? L::broadcast(R{0})
                                     : columns >= L::kWidth ? L::load(row)
                                                            : L::load_part(row, columns));
  }
  L::load_transposed(padded, L::kWidth, square);
}

}  // namespace detail

/// out = in^T for columns of `in` given at compile time and rows at run time; each row of `out` is
/// filled with +0 up to a whole number of vectors.
///
///     in    rows x Cols, rows `in_stride` apart
///     out   Cols x rows, rows `out_stride` >= rows rounded up to whole vectors apart; no overlap
///
/// Bits    numbers are moved, not changed.
template <Index Cols, Real R>
IDEM_NOINLINE void transpose_columns(const R* in, Index in_stride, Index rows, R* out, Index out_stride) {
  using L = Lanes<R>;
  typename L::Vector square[L::kWidth];
  for (Index i = 0; i < rows; i += L::kWidth) {
    for (Index j = 0; j < Cols; j += L::kWidth) {
      const Index columns = Cols - j < L::kWidth ? Cols - j : L::kWidth;
      detail::load_transposed(square, in + i * in_stride + j, in_stride, rows - i, columns);
      IDEM_UNROLL for (Index c = 0; c < L::kWidth; ++c) {
        if (c < columns) L::store(out + (j + c) * out_stride + i, square[c]);
      }
    }
  }
}

}  // namespace idem::inline IDEM_TARGET
