// SPDX-License-Identifier: Apache-2.0
/// \file  Symmetric positive definite systems by Cholesky's factorization, in place.
#pragma once

#include <idem/arith/sqrt.hpp>
#include <idem/base/status.hpp>
#include <idem/kernels/matrix_vector.hpp>
#include <idem/solvers/packed_rows.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// Some rows of a symmetric matrix, from row i on.
template <Index Count, Real R>
class CholeskyRows : PackedRows<Count, R> {
  using Base = PackedRows<Count, R>;
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  using Base::at, Base::n_, Base::row_;

 public:
  /// Vectors that hold the square in which the rows meet their own columns.
  static constexpr Index kSquareVectors = ceil_div(Count, L::kWidth);

  CholeskyRows(R* a, Index n, Index row) : Base{a, n, row} {}

  /// The rows of U in columns [row, row + Vectors kWidth), of which the last vector has `part` when Part. Rows of U
  /// from `above` on have not been subtracted. Returns the first row whose pivot fails, or -1.
  template <Index Vectors, bool Part>
  IDEM_INLINE Index factor(Index above, Index part, R floor) {
    Vector t[Count][Vectors];
    this->template load<Part>(row_, part, t);
    subtract<Part>(above, row_, row_, part, t);
    IDEM_UNROLL for (Index r = 0; r < Count; ++r) {
      IDEM_UNROLL for (Index v = 0; v < kSquareVectors; ++v) L::store(square_[r] + v * L::kWidth, t[r][v]);
    }
    if (const Index failed = factor_square(floor); failed >= 0) return failed;
    solve(t);
    this->template store<true, Part>(t, row_, part);
    this->for_rows(row_, [&](Index r, R* element) { element[r] = square_[r][r]; });
    return -1;
  }

  /// The same in columns from `column` on, to the right of those above.
  template <Index Vectors, bool Part>
  IDEM_INLINE void follow(Index above, Index column, Index part) const {
    Vector t[Count][Vectors];
    this->template load<Part>(column, part, t);
    subtract<Part>(above, row_, column, part, t);
    solve(t);
    this->template store<false, Part>(t, column, part);
  }

  /// Takes rows of U that are done in their own columns from memory, for `follow`.
  void recall() {
    for (Index r = 0; r < Count; ++r) {
      for (Index c = r; c < Count; ++c) square_[r][c] = *at(row_ + r, row_ + c);
      inverses_[r] = R{1} / square_[r][r];
    }
  }

  /// Subtracts rows [above, below) of U in columns from `column` on; Ragged: where they are in the upper triangle.
  template <bool Ragged, Index Vectors, bool Part>
  IDEM_INLINE void update(Index above, Index below, Index column, Index part) const {
    Vector t[Count][Vectors];
    this->template load<Part>(column, part, t);
    subtract<Part>(above, below, column, part, t);
    this->template store<Ragged, Part>(t, column, part);
  }

 private:
  /// t[r][v] <- t[r][v] - sum over k in [above, below) of u_k,row+r u_k,column+v.
  template <bool Part, Index Vectors>
  IDEM_INLINE void subtract(Index above, Index below, Index column, Index part,
                            Vector (&t)[Count][Vectors]) const {
    const R* left = at(above, row_);
    const R* right = at(above, column);
    Index step = n_ - 1 - above;  // from (k, j) to (k + 1, j): each row is one shorter
    const auto one = [&] {
      Vector columns[Vectors];
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
        columns[v] = Part && v == Vectors - 1 ? L::load_part(right + v * L::kWidth, part)
                                              : L::load(right + v * L::kWidth);
      }
      IDEM_UNROLL for (Index r = 0; r < Count; ++r) {
        const Vector factor = L::broadcast(left[r]);
        IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) t[r][v] = L::fnma(factor, columns[v], t[r][v]);
      }
      left += step;
      right += step;
      --step;
    };
    Index k = above;
    if constexpr (L::kTogether > 1) {
      for (; k + 2 <= below; k += 2) {
        one();
        one();
      }
    }
    for (; k < below; ++k) one();
  }

  /// The triangle of U in the square, by scalars: what its chain of roots and quotients waits for is not memory.
  Index factor_square(R floor) {
    R t[Count][Count];
    IDEM_UNROLL for (Index r = 0; r < Count; ++r) {
      IDEM_UNROLL for (Index c = r; c < Count; ++c) t[r][c] = square_[r][c];
    }
    IDEM_UNROLL for (Index r = 0; r < Count; ++r) {
      if (!(t[r][r] > floor)) return row_ + r;
      const R root = sqrt(t[r][r]);
      inverses_[r] = R{1} / root;
      square_[r][r] = root;
      IDEM_UNROLL for (Index c = r + 1; c < Count; ++c) {
        t[r][c] = t[r][c] * inverses_[r];
        square_[r][c] = t[r][c];
      }
      IDEM_UNROLL for (Index s = r + 1; s < Count; ++s) {
        IDEM_UNROLL for (Index c = s; c < Count; ++c) t[s][c] = fma(-t[r][s], t[r][c], t[s][c]);
      }
    }
    return -1;
  }

  template <Index Vectors>
  IDEM_INLINE void solve(Vector (&t)[Count][Vectors]) const {
    IDEM_UNROLL for (Index r = 0; r < Count; ++r) {
      const Vector inverse = L::broadcast(inverses_[r]);
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) t[r][v] = t[r][v] * inverse;
      IDEM_UNROLL for (Index s = r + 1; s < Count; ++s) {
        const Vector factor = L::broadcast(square_[r][s]);
        IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) t[s][v] = L::fnma(factor, t[r][v], t[s][v]);
      }
    }
  }

  R square_[Count][kSquareVectors * L::kWidth] = {};
  R inverses_[Count] = {};
};

/// Rows of U that are subtracted from all below at once: with the columns of one panel they stay in the first-level
/// cache.
template <Real R>
inline constexpr Index kCholeskyBlock = ceil_div(64, Lanes<R>::kTileRows) * Lanes<R>::kTileRows;

/// Rows from `row` on of U, in columns up to `end`. Returns the first row whose pivot fails, or -1.
template <Index Count, Real R>
IDEM_NOINLINE Index cholesky_rows(R* a, Index n, Index above, Index row, Index end, R floor) {
  using L = Lanes<R>;
  using Rows = CholeskyRows<Count, R>;
  constexpr Index kWide = L::kTileVectors * L::kWidth, kSquare = Rows::kSquareVectors * L::kWidth;
  Rows rows(a, n, row);
  Index column = row, failed = -1;
  if (L::kTileVectors > Rows::kSquareVectors && row + kWide <= end) {
    failed = rows.template factor<L::kTileVectors, false>(above, 0, floor);
    column += kWide;
  } else if (row + kSquare <= end) {
    failed = rows.template factor<Rows::kSquareVectors, false>(above, 0, floor);
    column += kSquare;
  } else {
    failed =
        rows.template factor<Rows::kSquareVectors, true>(above, end - row - (kSquare - L::kWidth), floor);
    column = end;
  }
  if (failed >= 0) return failed;
  for (; column + kWide <= end; column += kWide) {
    rows.template follow<L::kTileVectors, false>(above, column, 0);
  }
  for (; column + L::kWidth <= end; column += L::kWidth) rows.template follow<1, false>(above, column, 0);
  if (column < end) rows.template follow<1, true>(above, column, end - column);
  return -1;
}

/// Subtracts rows [above, below) of U from Count rows from `row` on, in columns [column, end) of the upper triangle.
template <Index Count, Real R>
IDEM_INLINE void cholesky_update(R* a, Index n, Index above, Index below, Index row, Index column,
                                 Index end) {
  const CholeskyRows<Count, R> rows(a, n, row);
  for_packed_tiles<Count, R>(
      row, column, end, [&]<class Tile>(Tile, Index j, Index part) __attribute__((always_inline)) {
        rows.template update<Tile::kRagged, Tile::kVectors, Tile::kPart>(above, below, j, part);
      });
}

/// Columns [column, column + a wide tile) of the rows of U in [above, above + block), which are done to their left;
/// then what all rows below take from them there. Last: n modulo the rows of a tile.
template <Index Last, Real R>
IDEM_NOINLINE void cholesky_panel(R* a, Index n, Index above, Index column) {
  using L = Lanes<R>;
  constexpr Index kRows = L::kTileRows, kWide = L::kTileVectors * L::kWidth;
  const Index below = above + kCholeskyBlock<R>;
  const Index end = column + kWide < n ? column + kWide : n;
  for (Index i = above; i < below; i += kRows) {
    CholeskyRows<kRows, R> rows(a, n, i);
    rows.recall();
    if (end - column == kWide) {
      rows.template follow<L::kTileVectors, false>(above, column, 0);
      continue;
    }
    Index j = column;
    for (; j + L::kWidth <= end; j += L::kWidth) rows.template follow<1, false>(above, j, 0);
    if (j < end) rows.template follow<1, true>(above, j, end - j);
  }
  Index i = below;
  for (; i < end && i + kRows <= n; i += kRows) cholesky_update<kRows>(a, n, above, below, i, column, end);
  if constexpr (Last != 0) {
    if (i < end) cholesky_update<Last>(a, n, above, below, i, column, end);
  }
}

}  // namespace detail

/// A = U^T U, U upper triangular with a positive diagonal.
///
///     a   kPackedSize<N> numbers: rows of the upper triangle; becomes U
///
/// Errors  not_positive_definite at the first pivot that is not above EPS times the trace (of NaN, infinities, or a
///         matrix that is singular but for rounding): what `a` holds then is of no use.
/// Bits    ARITHMETIC.md section 12.3.
/// Memory  in place; at most 1 KiB of stack.
/// Cost    N^3 / 6 fused multiply-adds, N divisions, N square roots.
template <Index N, Real R>
Solved cholesky(R* a) {
  using L = Lanes<R>;
  constexpr Index kRows = L::kTileRows, kWide = L::kTileVectors * L::kWidth;
  constexpr Index kBlock = detail::kCholeskyBlock<R>;
  const R floor = pivot_floor<N>(a);
  Index failed = -1;
  // Rows [above, below), in columns up to `end`.
  const auto factor = [&](Index above, Index below, Index end) {
    Index i = above;
    for (; failed < 0 && i + kRows <= below; i += kRows) {
      failed = detail::cholesky_rows<kRows>(a, N, above, i, end, floor);
    }
    if constexpr (N % kRows != 0) {
      if (failed < 0 && i < below) failed = detail::cholesky_rows<N % kRows>(a, N, above, i, end, floor);
    }
  };
  Index above = 0;
  if constexpr (N > kBlock + kWide) {
    for (; failed < 0 && above + kBlock + kWide <= N; above += kBlock) {
      factor(above, above + kBlock, above + kBlock);
      if (failed >= 0) break;
      for (Index column = above + kBlock; column < N; column += kWide) {
        detail::cholesky_panel<N % kRows>(a, N, above, column);
      }
    }
  }
  if (failed < 0) factor(above, N, N);
  return {failed < 0 ? Status::ok : Status::not_positive_definite, failed};
}

/// b <- the solution z of U^T z = b.
///
///     u   kPackedSize<N> numbers: rows of the upper triangle
///
/// Bits    ARITHMETIC.md section 12.4.
/// Cost    N^2 / 2 fused multiply-adds, N divisions.
template <Index N, Real R>
void solve_transposed(const R* u, R* b) {
  using L = Lanes<R>;
  // Rows together, so that an element of b is loaded and stored once for all of them.
  constexpr Index kTogether = 4;
  Index k = 0;
  for (; k + kTogether <= N; k += kTogether) {
    const R* rows[kTogether];
    R z[kTogether];
    IDEM_UNROLL for (Index r = 0; r < kTogether; ++r) {
      rows[r] = u + packed_at<N>(k + r, 0);
      z[r] = b[k + r];
    }
    IDEM_UNROLL for (Index r = 0; r < kTogether; ++r) {
      z[r] = z[r] / rows[r][k + r];
      b[k + r] = z[r];
      IDEM_UNROLL for (Index s = r + 1; s < kTogether; ++s) z[s] = fma(-rows[r][k + s], z[r], z[s]);
    }
    Index j = k + kTogether;
    for (; j + L::kWidth <= N; j += L::kWidth) {
      typename L::Vector t = L::load(b + j);
      IDEM_UNROLL for (Index r = 0; r < kTogether; ++r) {
        t = L::fnma(L::broadcast(z[r]), L::load(rows[r] + j), t);
      }
      L::store(b + j, t);
    }
    if (const Index left = N - j; left > 0) {
      typename L::Vector t = L::load_part(b + j, left);
      IDEM_UNROLL for (Index r = 0; r < kTogether; ++r) {
        t = L::fnma(L::broadcast(z[r]), L::load_part(rows[r] + j, left), t);
      }
      L::store_part(b + j, t, left);
    }
  }
  if constexpr (N % kTogether != 0) {
    for (; k < N; ++k) {
      const R* const row = u + packed_at<N>(k, 0);
      b[k] = b[k] / row[k];
      for (Index j = k + 1; j < N; ++j) b[j] = fma(-row[j], b[k], b[j]);
    }
  }
}

/// b <- the solution x of U x = b.
///
/// Bits    ARITHMETIC.md section 12.4.
/// Cost    N^2 / 2 fused multiply-adds, N divisions.
template <Index N, Real R>
void solve_upper(const R* u, R* b) {
  // A row's chain is as long as the row, and one at a time: the chains of several rows hide each other's latency.
  constexpr Index kTogether = 8;
  for (Index end = N; end > 0;) {
    const Index begin = end > kTogether ? end - kTogether : 0;
    if (end - begin == kTogether) {
      R t[kTogether];
      const R* rows[kTogether];
      IDEM_UNROLL for (Index r = 0; r < kTogether; ++r) {
        t[r] = b[begin + r];
        rows[r] = u + packed_at<N>(begin + r, 0);
      }
      for (Index left = N - end; left > 0; --left) {
        const Index k = end + left - 1;
        const R x = b[k];
        IDEM_UNROLL for (Index r = 0; r < kTogether; ++r) t[r] = fma(-rows[r][k], x, t[r]);
      }
      IDEM_UNROLL for (Index r = 0; r < kTogether; ++r) b[begin + r] = t[r];
    } else {
      for (Index i = begin; i < end; ++i) {
        for (Index left = N - end; left > 0; --left) {
          const Index k = end + left - 1;
          b[i] = fma(-u[packed_at<N>(i, k)], b[k], b[i]);
        }
      }
    }
    for (Index i = end - 1; i >= begin; --i) {
      for (Index k = end - 1; k > i; --k) b[i] = fma(-u[packed_at<N>(i, k)], b[k], b[i]);
      b[i] = b[i] / u[packed_at<N>(i, i)];
    }
    end = begin;
  }
}

/// b <- the solution x of A x = b, A = U^T U factored by `cholesky`.
///
/// Bits    ARITHMETIC.md section 12.4.
/// Cost    N^2 fused multiply-adds, 2 N divisions.
template <Index N, Real R>
void cholesky_solve(const R* u, R* b) {
  solve_transposed<N>(u, b);
  solve_upper<N>(u, b);
}

}  // namespace idem::inline IDEM_TARGET
