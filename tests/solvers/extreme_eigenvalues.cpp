// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include <idem/solvers/extreme_eigenvalues.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "systems.hpp"

namespace {

using idem::Extremes;
using idem::Index;
using idem::Real;
using idem::Status;
using inputs::Draw;
using inputs::Guarded;
using inputs::Kind;

/// The spectrum of one shape of unknowns by some steps, A being whole.
template <Real R>
struct Case {
  Index rows, cols, steps;
  Extremes<R> (*extremes)(const R* a);
};

template <Real R, Index Rows, Index Cols, Index Steps>
constexpr Case<R> case_of() {
  return {Rows, Cols, Steps, [](const R* a) {
            static idem::LanczosMemory<R, Rows, Cols, Steps> memory;
            return idem::extreme_eigenvalues(
                [&](const R* p, R* w) { twins::product(a, p, w, Rows * Cols, Rows * Cols, 1); }, memory);
          }};
}

/// Both ends, found both ways.
template <Real R>
Extremes<R> check(const Case<R>& shape, const std::vector<R>& a) {
  CAPTURE(sizeof(R));
  CAPTURE(shape.rows);
  CAPTURE(shape.cols);
  CAPTURE(shape.steps);
  const Index n = shape.rows * shape.cols;
  const Extremes<R> ours = shape.extremes(a.data());
  const twins::Spectrum<R> twin =
      twins::extreme_eigenvalues<R>([&](const R* p, R* w) { twins::product(a.data(), p, w, n, n, 1); },
                                    shape.rows, shape.cols, shape.steps);
  REQUIRE(ours.steps == twin.steps);
  REQUIRE(ours.status == (twin.finite ? Status::ok : Status::not_finite));
  REQUIRE(inputs::same_bits(ours.least, twin.least));
  REQUIRE(inputs::same_bits(ours.greatest, twin.greatest));
  return ours;
}

template <Real R>
std::vector<R> diagonal(Index n, R first, R step) {
  std::vector<R> a(inputs::size(n * n));
  for (Index i = 0; i < n; ++i) a.data()[i * n + i] = idem::fma(static_cast<R>(i), step, first);
  return a;
}

template <Real R>
bool close(R a, R b, R error) {
  return twins::magnitude(a - b) <= error;
}

}  // namespace

TEST_CASE("both ends of a spectrum are those of the plain loops") {
  Draw draw(1);
  shapes::for_scalars([&]<Real R>() {
    for (const Case<R>& shape : {case_of<R, 1, 1, 3>(), case_of<R, 3, 1, 3>(), case_of<R, 1, 5, 1>(),
                                 case_of<R, 4, 4, 5>(), case_of<R, 3, 9, 12>(), case_of<R, 9, 17, 20>()}) {
      const Index n = shape.rows * shape.cols;
      for (const Kind kind : inputs::kKinds) {
        check(shape, systems::symmetric<R>(kind, draw, n));
        check(shape, systems::dominant<R>(kind, draw, n));
      }
    }
  });
}

TEST_CASE("the ends of a diagonal matrix are its least and greatest elements") {
  shapes::for_scalars([]<Real R>() {
    const R error = R{32} * twins::kEpsilon<R>;
    // As many steps as dimensions, and more: what is found over again does no harm.
    const Extremes<R> exact = check(case_of<R, 3, 3, 9>(), diagonal<R>(9, R{-2}, R{1}));
    CHECK(close(exact.least, R{-2}, R{6} * error));
    CHECK(close(exact.greatest, R{6}, R{6} * error));
    const Extremes<R> more = check(case_of<R, 3, 3, 40>(), diagonal<R>(9, R{1}, R{1}));
    CHECK(close(more.least, R{1}, R{9} * error));
    CHECK(close(more.greatest, R{9}, R{9} * error));
    // Fewer: from inside.
    const Extremes<R> fewer = check(case_of<R, 10, 10, 20>(), diagonal<R>(100, R{1}, R{1}));
    CHECK(fewer.steps == 20);
    CHECK(fewer.least >= R{1});
    CHECK(fewer.least < R{5});
    CHECK(fewer.greatest <= R{100});
    CHECK(fewer.greatest > R{96});
  });
}

TEST_CASE("a multiple of the identity is exhausted by one step, or by what rounding leaves") {
  shapes::for_scalars([]<Real R>() {
    for (const R factor : {R{1}, R{-3}, R{1} / R{1024}}) {
      const Extremes<R> extremes = check(case_of<R, 4, 5, 8>(), diagonal<R>(20, factor, R{0}));
      const R error = R{32} * twins::kEpsilon<R> * twins::magnitude(factor);
      CHECK(close(extremes.least, factor, error));
      CHECK(close(extremes.greatest, factor, error));
    }
    const Extremes<R> nothing = check(case_of<R, 4, 5, 8>(), diagonal<R>(20, R{0}, R{0}));
    CHECK(nothing.steps == 1);
    CHECK(nothing.least == R{0});
    CHECK(nothing.greatest == R{0});
  });
}

TEST_CASE("a matrix that is not finite has no ends") {
  shapes::for_scalars([]<Real R>() {
    using Limits = std::numeric_limits<R>;
    for (const R bad : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), Limits::max()}) {
      std::vector<R> a = diagonal<R>(16, R{1}, R{1});
      a[5 * 17] = bad;
      CHECK(check(case_of<R, 4, 4, 5>(), a).status == Status::not_finite);
    }
  });
}
