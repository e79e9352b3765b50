// SPDX-License-Identifier: Apache-2.0
/// \file  Plain loops, written from ARITHMETIC.md sections 8 and 9, for what is drawn: first
/// weights, teachers, samples, and the start of the power iteration. The words themselves have
/// tests of their own.
#pragma once

#include <idem/random/gaussian.hpp>
#include <idem/random/stream.hpp>
#include <idem/random/uniform.hpp>

#include "twins.hpp"

namespace twins {

using idem::Purpose;
using idem::Stream;

/// Component `component` of normal sample `index`, asked for alone.
template <Real R>
R normal(const Stream& stream, std::uint64_t index, Index component) {
  return static_cast<R>(idem::gaussian<float>(stream.word(index, component)));
}
template <Real R>
R uniform(const Stream& stream, std::uint64_t index, Index component) {
  return static_cast<R>(idem::uniform<float>(stream.word(index, component)));
}

/// Section 8.
template <Real R>
R spectral_norm(const R* m, Index rows, Index cols, int iterations) {
  std::vector<R> u(static_cast<std::size_t>(rows)), v(static_cast<std::size_t>(cols));
  const Stream probe{0, Purpose::probe, 0};
  for (Index j = 0; j < cols; ++j) v.data()[j] = normal<R>(probe, 0, j);
  const R start = norm(v.data(), cols);
  for (R& component : v) component = component / start;
  R s = R{0};
  for (int i = 0; i < iterations; ++i) {
    product(m, v.data(), u.data(), rows, cols, 1);
    s = norm(u.data(), rows);
    if (s == R{0}) return R{0};
    for (R& component : u) component = component / s;
    product(u.data(), m, v.data(), 1, rows, cols);
    s = norm(v.data(), cols);
    if (s == R{0}) return R{0};
    for (R& component : v) component = component / s;
  }
  return s;
}

/// Section 9.5.
template <Real R>
void set_gaussian(const Stream& stream, R* w, Index d) {
  for (Index k = 0; k < d; ++k) {
    for (Index j = 0; j < d; ++j) {
      w[k * d + j] = normal<R>(stream, static_cast<std::uint64_t>(k), j) / static_cast<R>(d);
    }
  }
}

/// Section 9.6.3: M <- Q(b) M.
template <Real R>
void multiply_by_haar(const Stream& stream, Index b, R* m, Index d) {
  for (Index i = d - 1; i >= 0; --i) {
    const Index count = d - i;
    std::vector<R> u(static_cast<std::size_t>(count));
    for (Index k = 0; k < count; ++k) {
      u.data()[k] = normal<R>(stream, static_cast<std::uint64_t>(b + i), k);
    }
    const R g0 = u.front();
    if (g0 >= R{0}) {
      for (Index j = 0; j < d; ++j) m[i * d + j] = -m[i * d + j];
    }
    if (i == d - 1) continue;
    const R h = norm(u.data(), count);
    u.front() = g0 >= R{0} ? g0 + h : g0 - h;
    const R q = sum_of_squares(u.data(), count);
    if (!(q > R{0})) continue;
    const R beta = R{2} / q;
    for (Index j = 0; j < d; ++j) {
      R t = R{0};
      for (Index k = 0; k < count; ++k) t = idem::fma(u.data()[k], m[(i + k) * d + j], t);
      const R p = beta * t;
      for (Index k = 0; k < count; ++k) {
        R& element = m[(i + k) * d + j];
        element = idem::fma(-u.data()[k], p, element);
      }
    }
  }
}

/// Section 9.6.
template <Real R>
void set_spectrum(const Stream& stream, R low, R high, R* w, Index d) {
  std::vector<R> m(static_cast<std::size_t>(d * d)), flipped(m.size());
  for (Index j = 0; j < d; ++j) {
    const R u = uniform<R>(stream, static_cast<std::uint64_t>(2 * d), j);
    m.data()[j * d + j] = idem::fma(high - low, u, low);
  }
  multiply_by_haar(stream, 0, m.data(), d);
  transpose(m.data(), flipped.data(), d, d);
  multiply_by_haar(stream, d, flipped.data(), d);
  for (Index i = 0; i < d * d; ++i) w[i] = flipped.data()[i];
}

}  // namespace twins
