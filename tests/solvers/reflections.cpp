// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include <idem/solvers/reflections.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "systems.hpp"

namespace {

using idem::Index;
using idem::Real;
using idem::Solved;
using idem::Status;
using inputs::Draw;
using inputs::Edge;
using inputs::Guarded;
using inputs::Kind;

/// The operations of one shape, for tests that know it at run time.
template <Real R>
struct Case {
  Index m, n;
  void (*reflect)(R* a);
  Solved (*solve)(const R* a, R* x);
};

template <Real R, Index M, Index N>
constexpr Case<R> case_of() {
  return {M, N,
          [](R* a) {
            static idem::ReflectionsScratch<R, M, N> scratch;
            idem::reflect(a, scratch);
          },
          idem::reflections_solve<M, N, R>};
}

/// Calls test(case) for every shape of each scalar.
template <class Test>
void for_cases(const Test& test) {
  shapes::for_scalars([&]<Real R>() {
    for (const Case<R>& shape :
         {case_of<R, 1, 1>(), case_of<R, 2, 1>(), case_of<R, 2, 2>(), case_of<R, 5, 3>(), case_of<R, 7, 7>(),
          case_of<R, 9, 8>(), case_of<R, 20, 15>(), case_of<R, 40, 16>(), case_of<R, 17, 17>(),
          case_of<R, 67, 18>(), case_of<R, 64, 33>(), case_of<R, 200, 4>()}) {
      CAPTURE(sizeof(R));
      CAPTURE(shape.m);
      CAPTURE(shape.n);
      test(shape);
    }
  });
}

/// Reflects and solves both ways. Returns where it ended.
template <Real R>
Index check(const Case<R>& shape, std::vector<R> a, std::vector<R>* solution = nullptr) {
  const Index m = shape.m, n = shape.n;
  Edge<R> ours(m * (n + 1));
  std::memcpy(ours.data(), a.data(), a.size() * sizeof(R));
  shape.reflect(ours.data());
  twins::reflect(a.data(), m, n);
  for (Index i = 0; i < m; ++i) {
    const Index from = i * (n + 1) + (i < n ? i : n);
    REQUIRE(inputs::same_bits(ours.data() + from, a.data() + from, (i + 1) * (n + 1) - from));
  }
  Guarded<R> x(n);
  const Solved solved = shape.solve(ours.data(), x.data());
  const Index failed = twins::deficient_at(a.data(), n, n + 1);
  REQUIRE(solved.index == failed);
  REQUIRE(solved.status == (failed < 0 ? Status::ok : Status::rank_deficient));
  REQUIRE(x.intact());
  if (failed >= 0) return failed;
  std::vector<R> twin;
  for (Index i = 0; i < n; ++i) twin.push_back(a.data()[i * (n + 1) + n]);
  twins::solve_upper(a.data(), twin.data(), n, n + 1);
  REQUIRE(inputs::same_bits(x.data(), twin.data(), n));
  if (solution != nullptr) *solution = twin;
  return failed;
}

template <Real R>
std::vector<R> drawn(const Case<R>& shape, Kind kind, Draw& draw) {
  std::vector<R> a(inputs::size(shape.m * (shape.n + 1)));
  inputs::fill(kind, draw, a.data(), static_cast<Index>(a.size()));
  return a;
}

}  // namespace

TEST_CASE("reflections and their solution are those of the plain loops") {
  Draw draw(1);
  for_cases([&]<Real R>(const Case<R>& shape) {
    for (const Kind kind : inputs::kKinds) {
      CAPTURE(inputs::name(kind));
      for (int round = 0; round < 2; ++round) {
        const Index failed = check(shape, drawn(shape, kind, draw));
        if (kind == Kind::ordinary) CHECK(failed == -1);
      }
    }
  });
}

TEST_CASE("a column of zeros is named, and no answer rests on one that is not finite") {
  Draw draw(2);
  for_cases([&]<Real R>(const Case<R>& shape) {
    using Limits = std::numeric_limits<R>;
    const std::vector<R> good = drawn(shape, Kind::ordinary, draw);
    const auto with_column = [&](Index j, const auto& number) {
      std::vector<R> a = good;
      for (Index i = 0; i < shape.m; ++i) {
        R* const row = a.data() + i * (shape.n + 1);
        row[j] = number(i, row);
      }
      return check(shape, a);
    };
    for (Index j = 0; j < shape.n; j += 1 + shape.n / 5) {
      CAPTURE(j);
      CHECK(with_column(j, [](Index, const R*) { return R{0}; }) == j);
      CHECK(with_column(j, [](Index, const R*) { return -R{0}; }) == j);
      // Squares that vanish are no NaN.
      CHECK(with_column(j, [](Index, const R* row) { return row[0] * Limits::min(); }) == j);
      for (const R bad : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), Limits::max()}) {
        CHECK(with_column(j, [&](Index i, const R* row) { return i == shape.m / 2 ? bad : row[j]; }) >= 0);
      }
      // Rounding leaves little of a multiple, on one side of the floor or the other.
      with_column(j, [](Index, const R* row) { return R{2} * row[0]; });
    }
  });
}

TEST_CASE("numbers whose squares vanish have no solution rather than a wrong one") {
  Draw draw(3);
  for_cases([&]<Real R>(const Case<R>& shape) {
    std::vector<R> a = drawn(shape, Kind::ordinary, draw);
    for (R& x : a) x = x * std::numeric_limits<R>::min();
    CHECK(check(shape, a) == 0);
  });
}

TEST_CASE("the solution makes the residual orthogonal to all columns") {
  Draw draw(4);
  for_cases([&]<Real R>(const Case<R>& shape) {
    const Index m = shape.m, n = shape.n;
    std::vector<R> a = drawn(shape, Kind::ordinary, draw), x;
    REQUIRE(check(shape, a, &x) == -1);
    const R size = R{1} + idem::norm(x.data(), n);
    for (Index j = 0; j < n; ++j) {
      R product{0};
      for (Index i = 0; i < m; ++i) {
        const R* const row = a.data() + i * (n + 1);
        R left = row[n];
        for (Index k = 0; k < n; ++k) left = idem::fma(-row[k], x.data()[k], left);
        product = idem::fma(row[j], left, product);
      }
      CHECK(twins::magnitude(product) <= static_cast<R>(4 * m) * twins::kEpsilon<R> * size);
    }
  });
}

TEST_CASE("columns whose products round to a singular matrix are told apart") {
  shapes::for_scalars([]<Real R>() {
    // Lauchli's matrix: A^T A is [1 1; 1 1] once e^2 is rounded away.
    const R e = R{64} * twins::kEpsilon<R>;
    std::vector<R> x;
    REQUIRE(check(case_of<R, 3, 2>(), {R{1}, R{1}, R{3}, e, R{0}, e, R{0}, e, R{2} * e}, &x) == -1);
    CHECK(twins::magnitude(x[0] - R{1}) <= inputs::rounded<R>(0.25));
    CHECK(twins::magnitude(x[1] - R{2}) <= inputs::rounded<R>(0.25));
  });
}
