// SPDX-License-Identifier: Apache-2.0
/// \file  Rows of a packed symmetric matrix, a register tile at a time.
#pragma once

#include <idem/kernels/tile.hpp>
#include <idem/solvers/packed.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// `Count` rows from row_ on, in memory and in registers, of n_ in all: known at run time, so that matrices of
/// all sizes share the code.
template <Index Count, Real R>
struct PackedRows {
  using L = Lanes<R>;
  using Vector = typename L::Vector;

  PackedRows(R* a, Index n, Index row) : a_(a), n_(n), row_(row) {}

  /// Element (i, j), as packed_at says.
  IDEM_INLINE R* at(Index i, Index j) const { return a_ + i * (2 * n_ - i - 1) / 2 + j; }

  /// Calls work(r, element (row_ + r, column)) for each row.
  template <class Work>
  IDEM_INLINE void for_rows(Index column, const Work& work) const {
    R* element = at(row_, column);
    const Index step = n_ - 1 - row_;
    IDEM_UNROLL for (Index r = 0; r < Count; ++r) {
      work(r, element);
      element += step - r;
    }
  }

  /// Of a row that begins inside, the lanes before its beginning hold the end of the row above: numbers that nobody
  /// uses.
  template <bool Part, Index Vectors>
  IDEM_INLINE void load(Index column, Index part, Vector (&t)[Count][Vectors]) const {
    for_rows(column, [&](Index r, const R* from) {
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
        t[r][v] = Part && v == Vectors - 1 ? L::load_part(from + v * L::kWidth, part)
                                           : L::load(from + v * L::kWidth);
      }
    });
  }

  /// Ragged: from the diagonal on.
  template <bool Ragged, bool Part, Index Vectors>
  IDEM_INLINE void store(const Vector (&t)[Count][Vectors], Index column, Index part) const {
    for_rows(column, [&](Index r, R* to) {
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
        const Index first = Ragged ? row_ + r - column - v * L::kWidth : 0;
        const Index end = Part && v == Vectors - 1 ? part : L::kWidth;
        if (first >= end) continue;
        if (first <= 0 && end == L::kWidth) {
          L::store(to + v * L::kWidth, t[r][v]);
        } else if constexpr (Ragged) {
          L::store_between(to + v * L::kWidth, t[r][v], first > 0 ? first : 0, end);
        } else {
          L::store_part(to + v * L::kWidth, t[r][v], end);
        }
      }
    });
  }

  R* a_;
  Index n_;
  Index row_;
};

/// A tile: whether rows begin inside it, how many vectors, whether the last one is a part.
template <bool Ragged, Index Vectors, bool Part>
struct PackedTile {
  static constexpr bool kRagged = Ragged;
  static constexpr Index kVectors = Vectors;
  static constexpr bool kPart = Part;
};

/// Calls work(tile, j, part) for the tiles of `Count` rows from `row` on, in columns [column, end) of the upper
/// triangle. `work` is best always inlined: a call keeps what it has captured in memory, to be loaded for each
/// tile.
template <Index Count, Real R, class Work>
IDEM_INLINE void for_packed_tiles(Index row, Index column, Index end, const Work& work) {
  using L = Lanes<R>;
  constexpr Index kVectors = L::kTileVectors, kWide = kVectors * L::kWidth;
  constexpr Index kSquareVectors = ceil_div(Count, L::kWidth), kSquare = kSquareVectors * L::kWidth;
  Index j = column > row ? column : row;
  if (j < row + Count - 1) {
    if (kVectors > kSquareVectors && j + kWide <= end) {
      work(PackedTile<true, kVectors, false>{}, j, Index{0});
      j += kWide;
    } else if (j + kSquare <= end) {
      work(PackedTile<true, kSquareVectors, false>{}, j, Index{0});
      j += kSquare;
    } else {
      // A vector at a time: of the last ones, each may begin inside a row.
      for (; j + L::kWidth <= end; j += L::kWidth) work(PackedTile<true, 1, false>{}, j, Index{0});
      if (j < end) work(PackedTile<true, 1, true>{}, j, end - j);
      return;
    }
  }
  for (; j + kWide <= end; j += kWide) work(PackedTile<false, kVectors, false>{}, j, Index{0});
  for (; j + L::kWidth <= end; j += L::kWidth) work(PackedTile<false, 1, false>{}, j, Index{0});
  if (j < end) work(PackedTile<false, 1, true>{}, j, end - j);
}

/// The same rows of A += B^T B.
template <Index Count, Real R>
class GramRows : PackedRows<Count, R> {
  using Base = PackedRows<Count, R>;
  using L = Lanes<R>;
  using Vector = typename L::Vector;

 public:
  GramRows(R* a, Index n, Index row) : Base{a, n, row} {}

  /// Adds the products of `depth` rows of B, n numbers each.
  template <class Tile>
  IDEM_INLINE void add(const R* b, Index depth, Index column, Index part) const {
    constexpr Index kVectors = Tile::kVectors;
    constexpr bool kPart = Tile::kPart;
    Vector t[Count][kVectors];
    this->template load<kPart>(column, part, t);
    const R* left = b + this->row_;
    const R* right = b + column;
    for (Index k = 0; k < depth; ++k, left += this->n_, right += this->n_) {
      Vector columns[kVectors];
      IDEM_UNROLL for (Index v = 0; v < kVectors; ++v) {
        columns[v] = kPart && v == kVectors - 1 ? L::load_part(right + v * L::kWidth, part)
                                                : L::load(right + v * L::kWidth);
      }
      IDEM_UNROLL for (Index r = 0; r < Count; ++r) {
        const Vector factor = L::broadcast(left[r]);
        IDEM_UNROLL for (Index v = 0; v < kVectors; ++v) t[r][v] = L::fma(factor, columns[v], t[r][v]);
      }
    }
    this->template store<Tile::kRagged, kPart>(t, column, part);
  }
};

template <Index Count, Real R>
IDEM_NOINLINE void add_gram_rows(const R* b, Index depth, R* a, Index n, Index row, Index column, Index end) {
  const GramRows<Count, R> rows(a, n, row);
  for_packed_tiles<Count, R>(
      row, column, end, [&]<class Tile>(Tile, Index j, Index part) __attribute__((always_inline)) {
        rows.template add<Tile>(b, depth, j, part);
      });
}

}  // namespace detail

/// A += B^T B.
///
///     B   depth x N, row-major; depth is best some dozens: what a panel of columns needs then stays in the
///         first-level cache
///     a   kPackedSize<N> numbers: rows of the upper triangle
///
/// Bits    a_ij <- fma(b_ki, b_kj, a_ij) in ascending k: ARITHMETIC.md section 13.3.
/// Cost    depth N^2 / 2 fused multiply-adds.
template <Index N, Real R>
void add_gram(const R* b, Index depth, R* a) {
  constexpr Index kRows = Lanes<R>::kTileRows, kWide = Lanes<R>::kTileVectors * Lanes<R>::kWidth;
  for (Index column = 0; column < N; column += kWide) {
    const Index end = column + kWide < N ? column + kWide : N;
    Index i = 0;
    for (; i < end && i + kRows <= N; i += kRows) {
      detail::add_gram_rows<kRows>(b, depth, a, N, i, column, end);
    }
    if constexpr (N % kRows != 0) {
      if (i < end) detail::add_gram_rows<N % kRows>(b, depth, a, N, i, column, end);
    }
  }
}

}  // namespace idem::inline IDEM_TARGET
