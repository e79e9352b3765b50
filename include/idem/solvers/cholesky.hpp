// SPDX-License-Identifier: Apache-2.0
/// \file  Symmetric positive definite systems by Cholesky's factorization, in place.
#pragma once

#include <idem/arith/sqrt.hpp>
#include <idem/base/status.hpp>
#include <idem/kernels/matrix_vector.hpp>
#include <idem/solvers/packed.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// t[r][v] <- t[r][v] - sum over k < i of u_k,i+r u_k,j+v, lanes being columns; in the last vector only `part`
/// exist when Part.
template <Index N, bool Part, Index Rows, Index Vectors, Real R>
IDEM_INLINE void subtract_rows_above(const R* u, Index i, Index j, Index part,
                                     typename Lanes<R>::Vector (&t)[Rows][Vectors]) {
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  const R* left = u + i;
  const R* right = u + j;
  Index step = N - 1;  // from (k, j) to (k + 1, j): each row is one shorter
  const auto one = [&] {
    Vector columns[Vectors];
    IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
      columns[v] = Part && v == Vectors - 1 ? L::load_part(right + v * L::kWidth, part)
                                            : L::load(right + v * L::kWidth);
    }
    IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
      const Vector factor = -L::broadcast(left[r]);
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) t[r][v] = L::fma(factor, columns[v], t[r][v]);
    }
    left += step;
    right += step;
    --step;
  };
  Index k = 0;
  if constexpr (L::kTogether > 1) {
    for (; k + 2 <= i; k += 2) {
      one();
      one();
    }
  }
  for (; k < i; ++k) one();
}

/// Rows of U being computed: their elements from the diagonal on, for as many whole vectors as hold the square
/// of the block.
template <Index Rows, Real R>
struct DiagonalBlock {
  static constexpr Index kVectors = ceil_div(Rows, Lanes<R>::kWidth);
  static constexpr Index kCols = kVectors * Lanes<R>::kWidth;
  R u[Rows][kCols];
};

/// The first columns of `Rows` rows of U from (i, i) on. Returns the first row whose pivot fails, or -1.
template <Index N, Index Rows, Real R>
Index factor_diagonal(R* a, Index i, R floor, DiagonalBlock<Rows, R>& block) {
  using L = Lanes<R>;
  using Block = DiagonalBlock<Rows, R>;
  constexpr Index kVectors = Block::kVectors;
  const Index columns = N - i < Block::kCols ? N - i : Block::kCols;
  for (Index r = 0; r < Rows; ++r) {
    const R* const row = a + packed_at<N>(i + r, i);  // begins at column i + r
    for (Index c = 0; c < r; ++c) block.u[r][c] = R{0};
    for (Index c = r; c < columns; ++c) block.u[r][c] = row[c];
    for (Index c = columns; c < Block::kCols; ++c) block.u[r][c] = R{0};
  }
  typename L::Vector t[Rows][kVectors];
  IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
    IDEM_UNROLL for (Index v = 0; v < kVectors; ++v) t[r][v] = L::load(block.u[r] + v * L::kWidth);
  }
  if (columns == Block::kCols) {
    subtract_rows_above<N, false>(a, i, i, 0, t);
  } else {
    subtract_rows_above<N, true>(a, i, i, columns - (kVectors - 1) * L::kWidth, t);
  }
  IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
    R* const row = block.u[r];
    IDEM_UNROLL for (Index v = 0; v < kVectors; ++v) L::store(row + v * L::kWidth, t[r][v]);
    if (!(row[r] > floor)) return i + r;
    const R root = sqrt(row[r]);
    IDEM_UNROLL for (Index v = 0; v < kVectors; ++v) {
      t[r][v] = t[r][v] / L::broadcast(root);
      L::store(row + v * L::kWidth, t[r][v]);
    }
    row[r] = root;
    IDEM_UNROLL for (Index s = r + 1; s < Rows; ++s) {
      const typename L::Vector factor = -L::broadcast(row[s]);
      IDEM_UNROLL for (Index v = 0; v < kVectors; ++v) t[s][v] = L::fma(factor, t[r][v], t[s][v]);
    }
    R* const to = a + packed_at<N>(i + r, i);
    for (Index c = r; c < columns; ++c) to[c] = row[c];
  }
  return -1;
}

/// The elements of `Rows` rows of U from row i, column j on, that lie to the right of their diagonal block.
template <Index N, Index Vectors, bool Part, Index Rows, Real R>
IDEM_INLINE void factor_tile(R* a, Index i, Index j, Index part, const DiagonalBlock<Rows, R>& block) {
  using L = Lanes<R>;
  constexpr Index kLast = Vectors - 1;
  typename L::Vector t[Rows][Vectors];
  IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
    const R* const from = a + packed_at<N>(i + r, j);
    IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
      t[r][v] = Part && v == kLast ? L::load_part(from + v * L::kWidth, part) : L::load(from + v * L::kWidth);
    }
  }
  subtract_rows_above<N, Part>(a, i, j, part, t);
  IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
    R* const to = a + packed_at<N>(i + r, j);
    IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
      t[r][v] = t[r][v] / L::broadcast(block.u[r][r]);
      if (Part && v == kLast) {
        L::store_part(to + v * L::kWidth, t[r][v], part);
      } else {
        L::store(to + v * L::kWidth, t[r][v]);
      }
    }
    IDEM_UNROLL for (Index s = r + 1; s < Rows; ++s) {
      const typename L::Vector factor = -L::broadcast(block.u[r][s]);
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) t[s][v] = L::fma(factor, t[r][v], t[s][v]);
    }
  }
}

/// `Rows` rows of U from row i on. Returns the first row whose pivot fails, or -1.
template <Index N, Index Rows, Real R>
IDEM_NOINLINE Index factor_rows(R* a, Index i, R floor) {
  using L = Lanes<R>;
  DiagonalBlock<Rows, R> block;
  if (const Index failed = factor_diagonal<N>(a, i, floor, block); failed >= 0) return failed;
  constexpr Index kVectors = L::kTileVectors;
  Index j = i + DiagonalBlock<Rows, R>::kCols;
  for (; j + kVectors * L::kWidth <= N; j += kVectors * L::kWidth) {
    factor_tile<N, kVectors, false>(a, i, j, 0, block);
  }
  for (; j + L::kWidth <= N; j += L::kWidth) factor_tile<N, 1, false>(a, i, j, 0, block);
  if (j < N) factor_tile<N, 1, true>(a, i, j, N - j, block);
  return -1;
}

}  // namespace detail

/// A = U^T U, U upper triangular with a positive diagonal.
///
///     a   kPackedSize<N> numbers: rows of the upper triangle; becomes U
///
/// Errors  not_positive_definite at the first pivot that is not above EPS times the trace (of NaN, infinities, or a
///         matrix that is singular but for rounding): rows from there on are not computed.
/// Bits    ARITHMETIC.md section 12.3.
/// Memory  in place; less than 1 KiB of stack.
/// Cost    N^3 / 6 fused multiply-adds, N^2 / 2 divisions, N square roots.
template <Index N, Real R>
Solved cholesky(R* a) {
  constexpr Index kRows = Lanes<R>::kTileRows;
  const R floor = pivot_floor<N>(a);
  Index i = 0, failed = -1;
  for (; failed < 0 && i + kRows <= N; i += kRows) failed = detail::factor_rows<N, kRows>(a, i, floor);
  if constexpr (N % kRows != 0) {
    if (failed < 0) failed = detail::factor_rows<N, N % kRows>(a, i, floor);
  }
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
  for (Index k = 0; k < N; ++k) {
    const R* const row = u + packed_at<N>(k, k);
    b[k] = b[k] / row[0];
    add_scaled(-b[k], row + 1, b + k + 1, N - k - 1);
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
      for (Index k = N - 1; k >= end; --k) {
        const R x = b[k];
        IDEM_UNROLL for (Index r = 0; r < kTogether; ++r) t[r] = fma(-rows[r][k], x, t[r]);
      }
      IDEM_UNROLL for (Index r = 0; r < kTogether; ++r) b[begin + r] = t[r];
    } else {
      for (Index i = begin; i < end; ++i) {
        for (Index k = N - 1; k >= end; --k) b[i] = fma(-u[packed_at<N>(i, k)], b[k], b[i]);
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
