// SPDX-License-Identifier: Apache-2.0
/// \file  Least squares by rotations: a triangle that takes one sample at a time.
#pragma once

#include <cstddef>
#include <limits>

#include <idem/arith/sqrt.hpp>
#include <idem/base/status.hpp>
#include <idem/kernels/sums.hpp>
#include <idem/solvers/cholesky.hpp>
#include <idem/solvers/packed.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// u_j <- S b_j + C u_j and b_j <- C b_j - S u_j, of the old u_j, for `count` numbers.
template <Real R>
void rotate(R cosine, R sine, R* u, R* b, Index count) {
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  const Vector c = L::broadcast(cosine), s = L::broadcast(sine);
  Index j = 0;
  for (; j + L::kWidth <= count; j += L::kWidth) {
    const Vector t = L::load(u + j), x = L::load(b + j);
    L::store(u + j, L::fma(s, x, c * t));
    L::store(b + j, L::fma(c, x, -(s * t)));
  }
  if (j < count) {
    const Vector t = L::load_part(u + j, count - j), x = L::load_part(b + j, count - j);
    L::store_part(u + j, L::fma(s, x, c * t), count - j);
    L::store_part(b + j, L::fma(c, x, -(s * t)), count - j);
  }
}

}  // namespace detail

/// The x that makes ||B x - r||_2 least, rows of B and numbers of r coming one at a time: B = Q U, of which U and
/// c = Q^T r are held and Q is not.
///
/// The error grows with the condition of B, where that of normal equations grows with its square.
///
/// Memory  kBytes.
/// Source  W. Givens (1958), J. SIAM 6(1); row by row: J. A. George, M. T. Heath (1980), Linear Algebra Appl. 34.
template <Real R, Index N>
class RotationsTriangle {
 public:
  static constexpr std::size_t kBytes = static_cast<std::size_t>(kPackedSize<N> + N) * sizeof(R);

  /// Forgets all rows: to be called before the first one.
  void clear() {
    for (R& element : upper_) element = R{0};
    for (R& element : right_) element = R{0};
  }

  /// Takes a row of B and its right-hand side.
  ///
  ///     row   N numbers; overwritten
  ///
  /// Squares may overflow or vanish: rows are not scaled, and a number below the square root of the least normal
  /// one passes for zero where it would be alone.
  ///
  /// Bits    ARITHMETIC.md section 12.6.
  /// Cost    N^2 fused multiply-adds, as many products, N square roots; less by what follows a zero that is skipped.
  void add(R* row, R rhs) {
    for (Index i = 0; i < N; ++i) {
      const R b = row[i];
      if (b == R{0}) continue;
      R* const u = upper_ + packed_at<N>(i, i);
      const R square = fma(b, b, u[0] * u[0]);
      if (square < std::numeric_limits<R>::min()) continue;
      const R h = sqrt(square);
      const R cosine = u[0] / h, sine = b / h;
      u[0] = h;
      detail::rotate(cosine, sine, u + 1, row + i + 1, N - i - 1);
      detail::rotate(cosine, sine, right_ + i, &rhs, 1);
    }
  }

  /// x <- the solution of U x = c. More rows may follow.
  ///
  /// Errors  rank_deficient at the first element of the diagonal that is not above 16 EPS times their sum: the rows do
  ///         not determine x, or hold NaN or infinities; x is as it was.
  /// Bits    ARITHMETIC.md section 12.6.
  /// Cost    N^2 / 2 fused multiply-adds, N divisions.
  Solved solve(R* x) const {
    const R floor = kQrFloors<R> * pivot_floor<N>(static_cast<const R*>(upper_));
    for (Index i = 0; i < N; ++i) {
      if (!(upper_[packed_at<N>(i, i)] > floor)) return {Status::rank_deficient, i};
    }
    for (Index i = 0; i < N; ++i) x[i] = right_[i];
    solve_upper<N>(static_cast<const R*>(upper_), x);
    return {};
  }

  [[nodiscard]] const R* upper() const { return upper_; }  ///< U: kPackedSize<N> numbers
  [[nodiscard]] const R* right() const { return right_; }  ///< c: N numbers

 private:
  R upper_[kPackedSize<N>];
  R right_[N];
};

}  // namespace idem::inline IDEM_TARGET
