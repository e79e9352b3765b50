// SPDX-License-Identifier: Apache-2.0
/// \file  Plain loops for section 12 of ARITHMETIC.md. Matrices are whole and row-major, sizes run-time numbers.
/// What ends early returns the index at which it did, or -1.
#pragma once

#include <limits>
#include <vector>

#include "random_twins.hpp"
#include "twins.hpp"

namespace twins {

template <Real R>
inline constexpr R kEpsilon = std::numeric_limits<R>::epsilon();

template <Real R>
R magnitude(R x) {
  if (x < R{0}) return -x;
  return x;
}

/// Rows of the upper triangle, one behind the other.
template <Real R>
std::vector<R> packed(const R* a, Index n) {
  std::vector<R> rows;
  for (Index i = 0; i < n; ++i) rows.insert(rows.end(), a + i * n + i, a + (i + 1) * n);
  return rows;
}

/// Section 12.1.
template <Real R>
R inner_product(const R* a, const R* b, Index m, Index n) {
  R total = R{0};
  for (Index j = 0; j < n; ++j) {
    R chain = R{0};
    for (Index k = 0; k < m; ++k) chain = idem::fma(a[k * n + j], b[k * n + j], chain);
    total = total + chain;
  }
  return total;
}

/// Section 12.2; the diagonal of n rows, `stride` apart.
template <Real R>
R pivot_floor(const R* a, Index n, Index stride) {
  std::vector<R> diagonal;
  for (Index i = 0; i < n; ++i) diagonal.push_back(magnitude(a[i * stride + i]));
  return kEpsilon<R> * sum(diagonal.data(), n);
}

/// Section 12.3.
template <Real R>
Index cholesky(R* u, Index n) {
  const R floor = pivot_floor(u, n, n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = i; j < n; ++j) {
      R t = u[i * n + j];
      for (Index k = 0; k < i; ++k) t = idem::fma(-u[k * n + i], u[k * n + j], t);
      if (j == i) {
        if (!(t > floor)) return i;
        u[i * n + i] = idem::sqrt(t);
      } else {
        u[i * n + j] = t * (R{1} / u[i * n + i]);
      }
    }
  }
  return -1;
}

/// Section 12.4.
template <Real R>
void solve_transposed(const R* u, R* b, Index n) {
  for (Index i = 0; i < n; ++i) {
    R t = b[i];
    for (Index k = 0; k < i; ++k) t = idem::fma(-u[k * n + i], b[k], t);
    b[i] = t / u[i * n + i];
  }
}
template <Real R>
void solve_upper(const R* u, R* b, Index n, Index stride) {
  for (Index i = n - 1; i >= 0; --i) {
    R t = b[i];
    for (Index k = n - 1; k > i; --k) t = idem::fma(-u[i * stride + k], b[k], t);
    b[i] = t / u[i * stride + i];
  }
}

/// Section 12.5.
template <Real R>
Index ldlt(R* u, Index n) {
  const R floor = pivot_floor(u, n, n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = i; j < n; ++j) {
      R t = u[i * n + j];
      for (Index k = 0; k < i; ++k) {
        const R s = u[k * n + k] * u[k * n + i];
        t = idem::fma(-s, u[k * n + j], t);
      }
      if (j == i) {
        if (!(magnitude(t) > floor)) return i;
        u[i * n + i] = t;
      } else {
        u[i * n + j] = t / u[i * n + i];
      }
    }
  }
  return -1;
}
template <Real R>
void ldlt_solve(const R* u, R* b, Index n) {
  for (Index i = 0; i < n; ++i) {
    R t = b[i];
    for (Index k = 0; k < i; ++k) t = idem::fma(-u[k * n + i], b[k], t);
    b[i] = t;
  }
  for (Index i = 0; i < n; ++i) b[i] = b[i] / u[i * n + i];
  for (Index i = n - 1; i >= 0; --i) {
    R t = b[i];
    for (Index k = n - 1; k > i; --k) t = idem::fma(-u[i * n + k], b[k], t);
    b[i] = t;
  }
}

/// Section 12.6: u is n x n, c of n numbers, both +0 at the beginning; b is overwritten.
template <Real R>
void add_row(R* u, R* c, R* b, R r, Index n) {
  for (Index i = 0; i < n; ++i) {
    if (b[i] == R{0}) continue;
    R& corner = u[i * n + i];
    const R square = corner * corner;
    const R g = idem::fma(b[i], b[i], square);
    if (g < std::numeric_limits<R>::min()) continue;
    const R h = idem::sqrt(g), cosine = corner / h, sine = b[i] / h;
    corner = h;
    const auto rotate = [&](R& up, R& down) {
      const R t = up, kept = cosine * t, taken = sine * t;
      up = idem::fma(sine, down, kept);
      down = idem::fma(cosine, down, -taken);
    };
    for (Index j = i + 1; j < n; ++j) rotate(u[i * n + j], b[j]);
    rotate(c[i], r);
  }
}

/// The first of n diagonal elements that the floor of all is not exceeded by.
template <Real R>
Index deficient_at(const R* u, Index n, Index stride) {
  const R floor = R{16} * pivot_floor(u, n, stride);
  for (Index i = 0; i < n; ++i) {
    if (!(magnitude(u[i * stride + i]) > floor)) return i;
  }
  return -1;
}

/// Section 12.7: a is m x (n + 1).
template <Real R>
void reflect(R* a, Index m, Index n) {
  const Index stride = n + 1;
  for (Index k = 0; k < n; ++k) {
    std::vector<R> column;
    for (Index i = k; i < m; ++i) column.push_back(a[i * stride + k]);
    R* const u = column.data();
    const R h = norm(u, m - k), first = u[0];
    u[0] = first >= R{0} ? first + h : first - h;
    const R q = sum_of_squares(u, m - k);
    a[k * stride + k] = R{0};
    if (!(q >= std::numeric_limits<R>::min())) continue;
    a[k * stride + k] = first >= R{0} ? -h : h;
    const R beta = R{2} / q;
    for (Index j = k + 1; j <= n; ++j) {
      R t = R{0};
      for (Index i = k; i < m; ++i) t = idem::fma(u[i - k], a[i * stride + j], t);
      const R p = beta * t;
      for (Index i = k; i < m; ++i) a[i * stride + j] = idem::fma(-u[i - k], p, a[i * stride + j]);
    }
  }
}

/// Section 12.8, up to the solve: b - A x, of the upper triangle of A.
template <Real R>
std::vector<R> residual(const R* a, const R* b, const R* x, Index n) {
  std::vector<R> d;
  for (Index i = 0; i < n; ++i) {
    R t = b[i];
    for (Index j = 0; j < n; ++j) t = idem::fma(-(i < j ? a[i * n + j] : a[j * n + i]), x[j], t);
    d.push_back(t);
  }
  return d;
}

/// Section 12.10: the inverse of a matrix that is factored as u, n x n.
template <Real R>
std::vector<R> inverse(const R* u, Index n) {
  std::vector<R> k(static_cast<std::size_t>(n * n)), column(static_cast<std::size_t>(n));
  for (Index j = 0; j < n; ++j) {
    for (Index i = 0; i < n; ++i) column.data()[i] = i == j ? R{1} : R{0};
    solve_transposed(u, column.data(), n);
    solve_upper(u, column.data(), n, n);
    for (Index i = 0; i < n; ++i) k.data()[i * n + j] = column.data()[i];
  }
  return k;
}
template <Real R>
void precondition(const R* inverse, const char* negative, const R* r, R* z, Index d) {
  product(inverse, r, z, d, d, d);
  for (Index i = 0; i < d; ++i) {
    R s = R{0};
    for (Index q = 0; q < d; ++q) s = s + with_sign(negative[q] != 0, z[i * d + q]);
    const R share = s / static_cast<R>(d + 1);
    for (Index q = 0; q < d; ++q) z[i * d + q] = z[i * d + q] - with_sign(negative[q] != 0, share);
  }
}

/// Section 12.11.
template <Real R>
struct Spectrum {
  bool finite = true;
  Index steps = 0;
  R least = R{0}, greatest = R{0};
};
template <Real R, class Apply>
Spectrum<R> extreme_eigenvalues(const Apply& apply, Index rows, Index cols, Index most) {
  const Index count = rows * cols;
  std::vector<R> u(static_cast<std::size_t>(count)), v(u), w(u), a, beside;
  for (Index i = 0; i < count; ++i) v.data()[i] = normal<R>(Stream{0, idem::Purpose::probe, 0}, 0, i);
  const R length = norm(v.data(), count);
  for (R& x : v) x = x / length;
  R b = R{0};
  do {
    apply(v.data(), w.data());
    a.push_back(inner_product(v.data(), w.data(), rows, cols));
    for (Index i = 0; i < count; ++i) {
      R& x = w.data()[i];
      x = idem::fma(-a.back(), v.data()[i], x);
      x = idem::fma(-b, u.data()[i], x);
    }
    b = idem::sqrt(inner_product(w.data(), w.data(), rows, cols));
    beside.push_back(b);
    u = v;
    for (Index i = 0; i < count; ++i) v.data()[i] = w.data()[i] / b;
  } while (b > kEpsilon<R> * magnitude(a.front()) && static_cast<Index>(a.size()) < most);
  Spectrum<R> result;
  result.steps = static_cast<Index>(a.size());
  beside.back() = R{0};
  R g = R{0};
  for (Index j = 0; j < result.steps; ++j) {
    const R r = (magnitude(a.data()[j]) + (j > 0 ? beside.data()[j - 1] : R{0})) + beside.data()[j];
    if (!(r - r == R{0})) result.finite = false;
    if (r > g) g = r;
  }
  if (!result.finite) return result;
  for (const bool greatest : {false, true}) {
    R low = -g, high = g, x = R{0};
    for (int i = 0; i < (sizeof(R) == 4 ? 23 : 52) + 8; ++i) {
      x = R{0.5} * (low + high);
      Index below = 0;
      R q = R{0};
      for (Index j = 0; j < result.steps; ++j) {
        if (j == 0) {
          q = a.front() - x;
        } else {
          const R square = beside.data()[j - 1] * beside.data()[j - 1];
          const R share = square / q;
          q = (a.data()[j] - x) - share;
        }
        if (q == R{0}) q = kEpsilon<R> * g;
        if (q < R{0}) ++below;
      }
      const bool take_high = greatest ? below == result.steps : below != 0;
      (take_high ? high : low) = x;
    }
    (greatest ? result.greatest : result.least) = x;
  }
  return result;
}

}  // namespace twins
