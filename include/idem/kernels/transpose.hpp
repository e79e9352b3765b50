// SPDX-License-Identifier: Apache-2.0
/// \file  Turning rows into columns, a square of vectors at a time.
#pragma once

#include <idem/kernels/tile.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// The transpose of `rows` x Columns numbers, at most kWidth of each; rows that are absent are +0.
template <Index Columns, Real R>
IDEM_INLINE void load_transposed(typename Lanes<R>::Vector (&square)[Lanes<R>::kWidth], const R* from,
                                 Index stride, Index rows) {
  using L = Lanes<R>;
  constexpr bool kInQuarters = Columns >= L::kQuarter;
  if (kInQuarters && rows >= L::kWidth) {
    L::template load_transposed<kInQuarters ? Columns : L::kWidth>(from, stride, square);
    return;
  }
  R padded[L::kWidth * L::kWidth];
  for (Index i = 0; i < L::kWidth; ++i) {
    const R* row = from + i * stride;
    L::store(padded + i * L::kWidth, i >= rows              ? L::broadcast(R{0})
                                     : Columns == L::kWidth ? L::load(row)
                                                            : L::load_part(row, Columns));
  }
  L::template load_transposed<L::kWidth>(padded, L::kWidth, square);
}

/// The same from memory to memory: Columns rows of `out`, of one vector each.
template <Index Columns, Real R>
IDEM_INLINE void transpose_square(const R* in, Index in_stride, Index rows, R* out, Index out_stride) {
  typename Lanes<R>::Vector square[Lanes<R>::kWidth];
  load_transposed<Columns>(square, in, in_stride, rows);
  IDEM_UNROLL for (Index c = 0; c < Columns; ++c) Lanes<R>::store(out + c * out_stride, square[c]);
}

}  // namespace detail

/// out = in^T for columns of `in` given at compile time and rows at run time; each row of `out` is
/// filled with +0 up to a whole number of vectors.
///
///     in    rows x Cols, row-major
///     out   Cols x rows, rows Stride >= rows rounded up to whole vectors apart; no overlap
///
/// Bits    numbers are moved, not changed.
//
// With strides at run time it takes more than twice as many instructions, most of them for addresses.
template <Index Cols, Index Stride, Real R>
IDEM_NOINLINE void transpose_columns(const R* in, Index rows, R* out) {
  constexpr Index kWidth = Lanes<R>::kWidth, kLast = Cols % kWidth;
  for (Index i = 0; i < rows; i += kWidth) {
    const R* from = in + i * Cols;
    R* to = out + i;
    for (Index j = 0; j + kWidth <= Cols; j += kWidth, from += kWidth, to += kWidth * Stride) {
      detail::transpose_square<kWidth>(from, Cols, rows - i, to, Stride);
    }
    if constexpr (kLast != 0) detail::transpose_square<kLast>(from, Cols, rows - i, to, Stride);
  }
}

}  // namespace idem::inline IDEM_TARGET
