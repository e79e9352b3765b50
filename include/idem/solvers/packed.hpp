// SPDX-License-Identifier: Apache-2.0
/// \file  Symmetric and triangular matrices without their other half.
#pragma once

#include <limits>

#include <idem/base/status.hpp>
#include <idem/kernels/sums.hpp>

namespace idem::inline IDEM_TARGET {

/// Numbers in the upper triangle of an N x N matrix, diagonal included.
template <Index N>
inline constexpr Index kPackedSize = N*(N + 1) / 2;

/// Where element (i, j), i <= j, lies: rows follow one another, each from its diagonal element on.
template <Index N>
constexpr Index packed_at(Index i, Index j) {
  return i * (2 * N - i - 1) / 2 + j;
}

namespace detail {

/// EPS times the sum of the |diagonal(i)|, i below N.
template <Index N, Real R, class Diagonal>
constexpr R floor_of(const Diagonal& diagonal) {
  LongSum<R> magnitudes{};
  for (Index i = 0; i < N; ++i) {
    const R x = diagonal(i);
    magnitudes.add(x < R{0} ? -x : x);
  }
  return std::numeric_limits<R>::epsilon() * magnitudes.value();
}

}  // namespace detail

/// What a pivot has to exceed so that it is not an effect of rounding: EPS times the sum of |a_ii|, which for a
/// matrix that is positive definite is its trace.
///
/// Bits    ARITHMETIC.md section 12.2.
template <Index N, Real R>
constexpr R pivot_floor(const R* a) {
  return detail::floor_of<N, R>([&](Index i) { return a[packed_at<N>(i, i)]; });
}

/// How many such floors the diagonal of a QR factor has to exceed: the errors of all rows add up in what is left of
/// a column that depends on others; up to 3.4 floors were met, after 60 N rows.
template <Real R>
inline constexpr R kQrFloors{16};

/// How the solution of a linear system ended.
struct Solved {
  Status status = Status::ok;
  Index index = -1;  ///< where it ended, when it failed
};

}  // namespace idem::inline IDEM_TARGET
