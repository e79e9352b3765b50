// SPDX-License-Identifier: Apache-2.0
/// \file  The plainest loops there are, written from ARITHMETIC.md: what every kernel, model and
/// trainer must equal bit for bit. Sizes are run-time numbers, matrices are row-major.
#pragma once

#include <cstdint>
#include <vector>

#include <idem/arith/fma.hpp>
#include <idem/arith/sqrt.hpp>
#include <idem/base/types.hpp>

namespace twins {

using idem::Index;
using idem::Real;

// ---- section 3: chains --------------------------------------------------------------------------

/// C = A B; A is m x k, B is k x n. `start` (null: +0) is where the chains begin.
template <Real R>
void product(const R* a, const R* b, R* c, Index m, Index k, Index n, const R* start = nullptr) {
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < n; ++j) {
      R chain = start == nullptr ? R{0} : start[i * n + j];
      for (Index t = 0; t < k; ++t) chain = idem::fma(a[i * k + t], b[t * n + j], chain);
      c[i * n + j] = chain;
    }
  }
}

/// B = A^T; A is m x n.
template <Real R>
void transpose(const R* a, R* b, Index m, Index n) {
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < n; ++j) b[j * m + i] = a[i * n + j];
  }
}

/// C = A^T B; A is k x m, B is k x n.
template <Real R>
void product_transposed(const R* a, const R* b, R* c, Index m, Index k, Index n) {
  std::vector<R> flipped(static_cast<std::size_t>(m * k));
  transpose(a, flipped.data(), k, m);
  product(flipped.data(), b, c, m, k, n);
}

/// to_i <- fma(factor, x_i, to_i).
template <Real R>
void add_scaled(R factor, const R* x, R* to, Index count) {
  for (Index i = 0; i < count; ++i) to[i] = idem::fma(factor, x[i], to[i]);
}

/// A += x y^T; A is m x n.
template <Real R>
void add_rank1(R* a, const R* x, const R* y, Index m, Index n) {
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < n; ++j) a[i * n + j] = idem::fma(x[i], y[j], a[i * n + j]);
  }
}

/// A long sum of term(i), or of squares, over `count` terms in blocks of `block`.
template <Real R>
R long_sum(const R* x, Index count, Index block, bool squares) {
  R total = R{0};
  for (Index first = 0; first < count; first += block) {
    R chain = R{0};
    for (Index i = first; i < first + block && i < count; ++i) {
      chain = squares ? idem::fma(x[i], x[i], chain) : chain + x[i];
    }
    total = total + chain;
  }
  return total;
}
template <Real R>
R sum(const R* x, Index count) {
  return long_sum(x, count, 64, false);
}
template <Real R>
R sum_of_squares(const R* x, Index count) {
  return long_sum(x, count, 64, true);
}
template <Real R>
R norm(const R* x, Index count) {
  return idem::sqrt(sum_of_squares(x, count));
}
template <Real R>
R frobenius_norm(const R* a, Index m, Index n) {
  return idem::sqrt(long_sum(a, m * n, n, true));
}
template <Real R>
R distance(const R* a, const R* b, Index m, Index n) {
  std::vector<R> differences(static_cast<std::size_t>(m * n));
  R* const d = differences.data();
  for (Index i = 0; i < m * n; ++i) d[i] = a[i] - b[i];
  return frobenius_norm(d, m, n);
}

template <Real R>
R relu(R z) {
  if (z > R{0}) return z;
  return R{0};
}

/// A number with the sign of a neuron's output weight.
template <Real R>
R with_sign(bool negative, R value) {
  if (negative) return -value;
  return value;
}

// ---- sections 6 and 7: the model and its training -----------------------------------------------

/// A network of d neurons, and the batch it is learning from.
template <Real R>
struct Network {
  Network(Index dim, bool identity)
      : d(dim),
        residual(identity),
        weights(static_cast<std::size_t>(dim * dim)),
        negative(static_cast<std::size_t>(dim)),
        sums(static_cast<std::size_t>(dim)),
        gradient(static_cast<std::size_t>(dim * dim)) {}

  Index d;
  bool residual;
  std::vector<R> weights;      ///< W[k][j] at k d + j
  std::vector<char> negative;  ///< whether v_j = -1
  std::vector<R> sums;         ///< z of the sample that came last
  std::vector<R> gradient;     ///< g[k][j] at k d + j
  std::vector<R> residuals;    ///< r of the samples of the open batch
  R loss = R{0};

  R predict(const R* x) {
    const R* const w = weights.data();
    for (Index j = 0; j < d; ++j) {
      R z = residual ? x[j] : R{0};
      for (Index k = 0; k < d; ++k) z = idem::fma(x[k], w[k * d + j], z);
      sums.data()[j] = z;
    }
    R f = R{0};
    for (Index j = 0; j < d; ++j) f = f + with_sign(negative.data()[j] != 0, relu(sums.data()[j]));
    return f;
  }

  void feed(const R* x, R y) {
    if (residuals.empty()) {
      for (R& g : gradient) g = R{0};
    }
    const R r = predict(x) - y;
    for (Index k = 0; k < d; ++k) {
      for (Index j = 0; j < d; ++j) {
        R& g = gradient.data()[k * d + j];
        if (sums.data()[j] >= R{0}) g = idem::fma(x[k], with_sign(negative.data()[j] != 0, r), g);
      }
    }
    residuals.push_back(r);
  }

  /// Whether the step was taken; if not, the weights are as they were.
  bool end_batch(R eta) {
    const R n = static_cast<R>(residuals.size());
    loss = sum_of_squares(residuals.data(), static_cast<Index>(residuals.size())) / n;
    residuals.clear();
    const R doubled = eta * R{2};
    const R c = doubled / n;
    std::vector<R> next = weights;
    bool finite = true;
    for (Index i = 0; i < d * d; ++i) {
      const R w = idem::fma(-c, gradient.data()[i] + R{0}, weights.data()[i]);
      if (!(w - w == R{0})) finite = false;
      next.data()[i] = w;
    }
    if (finite) weights = next;
    return finite;
  }

  /// The loss over `count` samples.
  R mean_loss(const R* x, const R* y, Index count) {
    std::vector<R> errors;
    for (Index i = 0; i < count; ++i) errors.push_back(predict(x + i * d) - y[i]);
    return sum_of_squares(errors.data(), count) / static_cast<R>(count);
  }
};

}  // namespace twins
