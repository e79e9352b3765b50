// SPDX-License-Identifier: Apache-2.0
/// \file  First weights and teachers: Gaussian, and with singular values of one's choice.
#pragma once

#include <limits>

#include <idem/base/status.hpp>
#include <idem/kernels/matrix_vector.hpp>
#include <idem/kernels/sums.hpp>
#include <idem/random/gaussian.hpp>
#include <idem/random/uniform.hpp>

namespace idem::inline IDEM_TARGET {

/// W[k][j] drawn from N(0, 1) / D.
///
/// Bits    ARITHMETIC.md section 9.5.
/// Source  [JagatapHegde19], random initialization.
template <Dense W>
void set_gaussian(const Stream& stream, W&& weights) {
  using R = ScalarOf<W>;
  constexpr Index D = kRows<W>;
  static_assert(kCols<W> == D, "idem: the weights are square");
  for (Index k = 0; k < D; ++k) {
    R* row = weights.data() + k * D;
    gaussian_fill(stream, static_cast<std::uint64_t>(k), row, D);
    for (Index j = 0; j < D; ++j) row[j] = row[j] / static_cast<R>(D);
  }
}

/// Working memory of `set_spectrum`.
template <Real R, Index D>
struct SpectrumScratch {
  R reflector[D];
  R products[D];
};

namespace detail {

/// M <- Q M, Q Haar-distributed: one Householder reflection of a normal vector for each dimension, and
/// one sign each. Reflection i acts on rows i.. of M.
template <Index D, Real R>
void multiply_by_haar(const Stream& stream, std::uint64_t base, R* m, SpectrumScratch<R, D>& scratch) {
  R* u = scratch.reflector;
  R* p = scratch.products;
  for (Index i = D - 1; i >= 0; --i) {
    const Index count = D - i;
    gaussian_fill(stream, base + static_cast<std::uint64_t>(i), u, count);
    const bool plus = u[0] >= R{0};
    if (plus) {
      for (Index j = 0; j < D; ++j) m[i * D + j] = -m[i * D + j];
    }
    if (i == D - 1) continue;
    const R length = norm(u, count);
    u[0] = plus ? u[0] + length : u[0] - length;
    const R square = sum_of_squares(u, count);
    if (!(square > R{0})) continue;
    const R beta = R{2} / square;
    const Product<R, Strides<0, 1, D, 0>> along{u, m + i * D, nullptr, 0, p};
    product_rows<1, D>(along, count, 0, 1);
    for (Index j = 0; j < D; ++j) p[j] = beta * p[j];
    for (Index k = 0; k < count; ++k) add_scaled(-u[k], p, m + (i + k) * D, D);
  }
}

}  // namespace detail

/// W = U diag(s) V^T with Haar orthogonal U, V and every s_j uniform in (low, high).
///
/// Errors  bad_argument: not 0 <= low <= high <= 2^-30 max, max the largest number there is; W is untouched.
///         No number on the way is 2^29 high: of a reflection's u, 2.4 2^-28 <= |u| < 13 sqrt(D), since no
///         Gaussian is nearer to zero than 2^-28 or farther than 6.4; the largest are |u| high and 2 high / |u|.
/// Bits    ARITHMETIC.md section 9.6.
/// Memory  the caller's scratch.
/// Cost    (8/3) D^3 fused multiply-adds.
/// Source  G. W. Stewart (1980), SIAM J. Numer. Anal. 17(3), section 3; the intervals that give the
///         norms of [LiYuan17] section 5.2 are [0.54, 0.6] (teacher) and [0.39, 0.6] (student).
template <Dense W>
Status set_spectrum(const Stream& stream, ScalarOf<W> low, ScalarOf<W> high, W&& weights,
                    SpectrumScratch<ScalarOf<W>, kRows<W>>& scratch) {
  using R = ScalarOf<W>;
  constexpr Index D = kRows<W>;
  static_assert(kCols<W> == D, "idem: the weights are square");
  constexpr R kMost = std::numeric_limits<R>::max() * static_cast<R>(0x1p-30);
  if (!(low >= R{0} && low <= high && high <= kMost)) return Status::bad_argument;
  R* m = weights.data();
  for (Index i = 0; i < D * D; ++i) m[i] = R{0};
  uniform_fill(stream, 2 * static_cast<std::uint64_t>(D), scratch.products, D);
  for (Index j = 0; j < D; ++j) m[j * D + j] = fma(high - low, scratch.products[j], low);
  detail::multiply_by_haar<D>(stream, 0, m, scratch);
  for (Index i = 0; i < D; ++i) {
    for (Index j = 0; j < i; ++j) {
      const R upper = m[j * D + i];
      m[j * D + i] = m[i * D + j];
      m[i * D + j] = upper;
    }
  }
  detail::multiply_by_haar<D>(stream, static_cast<std::uint64_t>(D), m, scratch);
  return Status::ok;
}

}  // namespace idem::inline IDEM_TARGET
