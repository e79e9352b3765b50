// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include <idem/solvers/ldlt.hpp>

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

/// The operations of one size, for tests that know it at run time.
template <Real R>
struct Case {
  Index n;
  Solved (*factor)(R* a);
  void (*solve)(const R* factor, R* b);
  idem::PivotReport<R> (*report)(const R* factor);
};

/// Calls test(case) for every size of each scalar.
template <class Test>
void for_cases(const Test& test) {
  systems::for_sizes([&]<Real R, Index N>() {
    test(Case<R>{N, idem::ldlt<N, R>, idem::ldlt_solve<N, R>, idem::pivot_report<N, R>});
  });
}

/// Factors A both ways; when that succeeds, solves for a right-hand side of a kind. Returns where it ended.
template <Real R>
Index check(const Case<R>& size, std::vector<R> a, Kind kind, Draw& draw) {
  const Index n = size.n;
  CAPTURE(n);
  CAPTURE(sizeof(R));
  CAPTURE(inputs::name(kind));
  std::vector<R> rows = twins::packed(a.data(), n);
  Edge<R> factor(static_cast<Index>(rows.size()));
  std::memcpy(factor.data(), rows.data(), rows.size() * sizeof(R));
  const Solved solved = size.factor(factor.data());
  const Index failed = twins::ldlt(a.data(), n);
  REQUIRE(solved.index == failed);
  REQUIRE(solved.status == (failed < 0 ? Status::ok : Status::rank_deficient));
  if (failed >= 0) return failed;
  rows = twins::packed(a.data(), n);
  REQUIRE(inputs::same_bits(factor.data(), rows.data(), factor.count()));

  Guarded<R> ours(n);
  std::vector<R> twin(inputs::size(n));
  inputs::fill(kind, draw, twin.data(), n);
  std::memcpy(ours.data(), twin.data(), twin.size() * sizeof(R));
  size.solve(factor.data(), ours.data());
  twins::ldlt_solve(a.data(), twin.data(), n);
  REQUIRE(inputs::same_bits(ours.data(), twin.data(), n));
  REQUIRE(ours.intact());

  const idem::PivotReport<R> report = size.report(factor.data());
  Index negative = 0;
  for (Index i = 0; i < n; ++i) {
    const R pivot = a.data()[i * n + i], p = twins::magnitude(pivot);
    if (pivot < R{0}) ++negative;
    REQUIRE(p >= report.smallest);
    REQUIRE(p <= report.largest);
    if (i < report.smallest_index) REQUIRE(p > report.smallest);
    if (i < report.largest_index) REQUIRE(p < report.largest);
    if (i == report.smallest_index) REQUIRE(p == report.smallest);
    if (i == report.largest_index) REQUIRE(p == report.largest);
  }
  REQUIRE(report.negative == negative);
  return failed;
}

/// Half of the signs of a dominant diagonal turned: as many negative eigenvalues.
template <Real R>
std::vector<R> indefinite(Kind kind, Draw& draw, Index n, bool small) {
  std::vector<R> a = systems::dominant<R>(kind, draw, n, small);
  for (Index i = 1; i < n; i += 2) a.data()[i * n + i] = -a.data()[i * n + i];
  return a;
}

}  // namespace

TEST_CASE("LDL^T and its solve are those of the plain loops") {
  Draw draw(1);
  for_cases([&]<Real R>(const Case<R>& size) {
    for (const Kind kind : inputs::kKinds) {
      const Index failed = check(size, indefinite<R>(kind, draw, size.n, false), kind, draw);
      if (kind == Kind::ordinary || kind == Kind::cancelling) CHECK(failed == -1);
      check(size, indefinite<R>(kind, draw, size.n, true), Kind::ordinary, draw);
      check(size, systems::dominant<R>(kind, draw, size.n), kind, draw);
      check(size, systems::symmetric<R>(kind, draw, size.n), kind, draw);
    }
    check(size, systems::hilbert<R>(size.n), Kind::ordinary, draw);
  });
}

TEST_CASE("the first pivot that is as small as the rounding errors is named") {
  Draw draw(2);
  for_cases([&]<Real R>(const Case<R>& size) {
    using Limits = std::numeric_limits<R>;
    const Index n = size.n;
    const std::vector<R> good = indefinite<R>(Kind::ordinary, draw, n, false);
    const auto with = [&](Index i, Index j, R x) {
      std::vector<R> a = good;
      a.data()[i * n + j] = a.data()[j * n + i] = x;
      return check(size, a, Kind::ordinary, draw);
    };
    CHECK(with(0, 0, R{0}) == 0);
    CHECK(with(0, 0, -R{0}) == 0);
    for (Index at = 0; at < n; at += 1 + n / 8) {
      CHECK(with(at, at, -Limits::infinity()) == 0);
      CHECK(with(at, at, Limits::infinity()) == 0);
      CHECK(with(at, at, Limits::quiet_NaN()) == 0);
      if (at == 0) continue;
      CHECK(with(draw.below(at), at, Limits::quiet_NaN()) == at);
      std::vector<R> without = good;  // an unknown that no equation knows
      for (Index j = 0; j < n; ++j) without.data()[at * n + j] = without.data()[j * n + at] = R{0};
      CHECK(check(size, without, Kind::ordinary, draw) == at);
    }
  });
}

TEST_CASE("the pivots of a saddle point have the signs of its eigenvalues") {
  // [P B; B^T -Q] with P and Q positive definite: as many positive and negative ones as P and Q have rows.
  shapes::for_scalars([]<Real R>() {
    constexpr Index kUpper = 5, kSize = 9;
    Draw draw(3);
    std::vector<R> a = systems::symmetric<R>(Kind::ordinary, draw, kSize);
    const std::vector<R> p = systems::dominant<R>(Kind::ordinary, draw, kSize);
    for (Index i = 0; i < kSize; ++i) {
      for (Index j = 0; j < kSize; ++j) {
        R& x = a.data()[i * kSize + j];
        if (i < kUpper && j < kUpper) x = p.data()[i * kSize + j];
        if (i >= kUpper && j >= kUpper) x = -p.data()[i * kSize + j];
      }
    }
    std::vector<R> factor = twins::packed(a.data(), kSize);
    REQUIRE(idem::ldlt<kSize>(factor.data()).status == Status::ok);
    CHECK(idem::pivot_report<kSize>(factor.data()).negative == kSize - kUpper);

    std::vector<R> x(kSize), b(kSize);
    inputs::fill(Kind::ordinary, draw, b.data(), kSize);
    x = b;
    idem::ldlt_solve<kSize>(factor.data(), x.data());
    const std::vector<R> back = systems::image(a, x);
    CHECK(systems::greatest_difference(back.data(), b.data(), kSize) <= R{64} * twins::kEpsilon<R>);
  });
}

TEST_CASE("a report names the smallest and the largest pivot, and of equals the first") {
  const float pivots[10] = {2, 0, 0, 0, -4, 0, 0, 4, 0, -2};  // 2, -4, 4, -2
  const idem::PivotReport<float> report = idem::pivot_report<4>(pivots);
  CHECK(report.negative == 2);
  CHECK(report.smallest == 2);
  CHECK(report.smallest_index == 0);
  CHECK(report.largest == 4);
  CHECK(report.largest_index == 1);
}
