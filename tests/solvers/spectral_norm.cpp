// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/solvers/spectral_norm.hpp>

#include "../inputs.hpp"
#include "../random_twins.hpp"
#include "../shapes.hpp"

namespace {

using idem::Index;
using idem::Real;
using inputs::Draw;
using inputs::Edge;
using inputs::Kind;
using shapes::View;

template <Real R, Index M, Index N>
R norm_of(const R* m, int iterations) {
  static idem::SpectralScratch<R, M, N> scratch;
  return idem::spectral_norm(View<const R, M, N>{m}, iterations, scratch);
}

template <Real R, Index M, Index N>
void check_bits() {
  CAPTURE(sizeof(R));
  CAPTURE(M);
  CAPTURE(N);
  Draw draw(1);
  for (const Kind kind : inputs::kKinds) {
    CAPTURE(inputs::name(kind));
    const Edge<R> m(kind, draw, M * N);
    for (const int iterations : {0, 1, 2, 7}) {
      CAPTURE(iterations);
      const R ours = norm_of<R, M, N>(m.data(), iterations);
      const R twin = twins::spectral_norm(m.data(), M, N, iterations);
      REQUIRE(inputs::same_bits(ours, twin));
    }
  }
}

/// Whether a is b, give or take a part of b.
template <Real R>
bool close(R a, R b, R part) {
  return a >= b * (1 - part) && a <= b * (1 + part);
}

}  // namespace

TEST_CASE("the spectral norm is that of the plain loops") {
  shapes::for_scalars([]<Real R>() {
    check_bits<R, 1, 1>();
    check_bits<R, 1, 9>();
    check_bits<R, 9, 1>();
    check_bits<R, 20, 20>();
    check_bits<R, 33, 17>();
    check_bits<R, 17, 70>();
  });
}

TEST_CASE("the spectral norm of a diagonal matrix is its largest element") {
  shapes::for_scalars([]<Real R>() {
    R m[20 * 20] = {};
    for (Index i = 0; i < 20; ++i) m[i * 21] = static_cast<R>(i % 2 == 0 ? i : -i) / R{4};
    const R norm = norm_of<R, 20, 20>(m, 200);
    CHECK(close(norm, R{4.75}, inputs::rounded<R>(1e-5)));
  });
}

TEST_CASE("the spectral norm of an orthogonal matrix is 1, and of a multiple the factor") {
  shapes::for_scalars([]<Real R>() {
    // A permutation of the axes, then a rotation.
    const R cosine = inputs::rounded<R>(0.6), sine = inputs::rounded<R>(0.8);
    R m[4][4] = {};
    m[0][2] = m[1][3] = cosine;
    m[0][3] = sine;
    m[1][2] = -sine;
    m[2][0] = m[3][1] = R{1};
    for (auto& row : m) {
      for (R& element : row) element = element * R{3};
    }
    CHECK(close(norm_of<R, 4, 4>(m[0], 3), R{3}, R{8} * std::numeric_limits<R>::epsilon()));
  });
}

TEST_CASE("the spectral norm of a rank-1 matrix is the product of two norms, after one round") {
  shapes::for_scalars([]<Real R>() {
    Draw draw(2);
    R x[13], y[7], m[13 * 7];
    inputs::fill(Kind::ordinary, draw, x, 13);
    inputs::fill(Kind::ordinary, draw, y, 7);
    for (Index i = 0; i < 13; ++i) {
      for (Index j = 0; j < 7; ++j) m[i * 7 + j] = x[i] * y[j];
    }
    const R truth = idem::norm(x, 13) * idem::norm(y, 7);
    CHECK(close(norm_of<R, 13, 7>(m, 1), truth, R{16} * std::numeric_limits<R>::epsilon()));
    CHECK(close(norm_of<R, 13, 7>(m, 5), truth, R{16} * std::numeric_limits<R>::epsilon()));
  });
}

TEST_CASE("the spectral norm of zeros is zero, of either sign") {
  shapes::for_scalars([]<Real R>() {
    R m[6 * 6] = {};
    CHECK(inputs::same_bits(norm_of<R, 6, 6>(m, 10), R{0}));
    for (R& element : m) element = -R{0};
    CHECK(inputs::same_bits(norm_of<R, 6, 6>(m, 10), R{0}));
  });
}

TEST_CASE("a matrix that is not finite has no norm, least of all zero") {
  shapes::for_scalars([]<Real R>() {
    Draw draw(3);
    for (const R bad : {std::numeric_limits<R>::quiet_NaN(), std::numeric_limits<R>::infinity()}) {
      R m[5 * 5];
      inputs::fill(Kind::ordinary, draw, m, 25);
      m[draw.below(25)] = bad;
      const R norm = norm_of<R, 5, 5>(m, 10);
      CHECK_FALSE(norm - norm == R{0});
    }
  });
}

TEST_CASE("the estimate rises with every round and stays below the norm") {
  Draw draw(4);
  double m[30 * 30];
  inputs::fill(Kind::ordinary, draw, m, 900);
  const double truth = norm_of<double, 30, 30>(m, 3000);
  double last = 0;
  for (int iterations = 1; iterations < 60; ++iterations) {
    const double norm = norm_of<double, 30, 30>(m, iterations);
    CHECK(norm >= last * (1 - 1e-14));
    CHECK(norm <= truth * (1 + 1e-14));
    last = norm;
  }
  // The expected shortfall after k rounds is at most 0.44 log(30) / (k - 1) of the norm.
  CHECK(norm_of<double, 30, 30>(m, 31) > truth * (1 - 1.5 / 30));
}
