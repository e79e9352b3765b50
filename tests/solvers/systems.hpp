// SPDX-License-Identifier: Apache-2.0
/// \file  The symmetric matrices that the tests of solvers feed: whole, row-major.
#pragma once

#include <array>
#include <vector>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "../solver_twins.hpp"

namespace systems {

using idem::Index;
using idem::Real;
using inputs::Draw;
using inputs::Kind;

/// Every number of rows that a tile can lack, tails alone and behind vectors, and several tiles: each size is
/// dear to compile.
inline constexpr std::array<Index, 18> kFloatSizes = {1,  2,  3,  4,  5,  6,  7,  8,  9,
                                                      10, 11, 12, 13, 16, 17, 20, 33, 71};
inline constexpr std::array<Index, 11> kDoubleSizes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 17, 33};

/// Calls test.operator()<R, N>() for every size of each scalar.
template <class Test>
void for_sizes(const Test& test) {
  shapes::for_each<kFloatSizes>([&]<Index N>() { test.template operator()<float, N>(); });
  shapes::for_each<kDoubleSizes>([&]<Index N>() { test.template operator()<double, N>(); });
}

/// Any numbers of a kind.
template <Real R>
std::vector<R> symmetric(Kind kind, Draw& draw, Index n) {
  std::vector<R> a(inputs::size(n * n));
  inputs::fill(kind, draw, a.data(), n * n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < i; ++j) a.data()[i * n + j] = a.data()[j * n + i];
  }
  return a;
}

/// Positive definite: numbers of a kind beside a diagonal that exceeds the sum of every row, unless that
/// overflows or vanishes. `small` makes it do so less often.
template <Real R>
std::vector<R> dominant(Kind kind, Draw& draw, Index n, bool small = false) {
  std::vector<R> a = symmetric<R>(kind, draw, n);
  R most = R{0};
  for (Index i = 0; i < n; ++i) {
    R row = R{0};
    for (Index j = 0; j < n; ++j) {
      R& x = a.data()[i * n + j];
      if (small) x = x * inputs::pack<R>(false, inputs::kBias<R> / 2, 0);
      row = row + twins::magnitude(x);
    }
    if (row > most) most = row;
  }
  for (Index i = 0; i < n; ++i) {
    const R share = most * twins::magnitude(inputs::draw<R>(Kind::ordinary, draw));
    a.data()[i * n + i] = most + share;
  }
  return a;
}

/// 1 / (i + j + 1): positive definite, and soon so only in theory.
template <Real R>
std::vector<R> hilbert(Index n) {
  std::vector<R> a;
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) a.push_back(R{1} / static_cast<R>(i + j + 1));
  }
  return a;
}

/// y = A x.
template <Real R>
std::vector<R> image(const std::vector<R>& a, const std::vector<R>& x) {
  std::vector<R> y(x.size());
  const Index n = static_cast<Index>(x.size());
  twins::product(a.data(), x.data(), y.data(), n, n, 1);
  return y;
}

/// The greatest magnitude among the differences of two vectors.
template <Real R>
R greatest_difference(const R* a, const R* b, Index count) {
  R most = R{0};
  for (Index i = 0; i < count; ++i) {
    const R d = twins::magnitude(a[i] - b[i]);
    if (!(d <= most)) most = d;
  }
  return most;
}

}  // namespace systems
