// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include <idem/solvers/cholesky.hpp>

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
  void (*transposed)(const R* u, R* b);
  void (*upper)(const R* u, R* b);
  void (*solve)(const R* u, R* b);
};

/// Calls test(case) for every size of each scalar.
template <class Test>
void for_cases(const Test& test) {
  systems::for_sizes([&]<Real R, Index N>() {
    test(Case<R>{N, idem::cholesky<N, R>, idem::solve_transposed<N, R>, idem::solve_upper<N, R>,
                 idem::cholesky_solve<N, R>});
  });
}

/// Factors A both ways; when that succeeds, solves for right-hand sides of a kind. Returns where it ended.
template <Real R>
Index check(const Case<R>& size, std::vector<R> a, Kind kind, Draw& draw) {
  const Index n = size.n;
  CAPTURE(n);
  CAPTURE(sizeof(R));
  CAPTURE(inputs::name(kind));
  std::vector<R> rows = twins::packed(a.data(), n);
  Edge<R> u(static_cast<Index>(rows.size()));
  std::memcpy(u.data(), rows.data(), rows.size() * sizeof(R));
  const Solved solved = size.factor(u.data());
  const Index failed = twins::cholesky(a.data(), n);
  REQUIRE(solved.index == failed);
  REQUIRE(solved.status == (failed < 0 ? Status::ok : Status::not_positive_definite));
  if (failed >= 0) return failed;
  rows = twins::packed(a.data(), n);
  REQUIRE(inputs::same_bits(u.data(), rows.data(), u.count()));

  Guarded<R> ours(n);
  std::vector<R> b(inputs::size(n)), twin;
  inputs::fill(kind, draw, b.data(), n);
  const auto compare = [&](void (*solve)(const R*, R*), bool transposed, bool upper) {
    std::memcpy(ours.data(), b.data(), b.size() * sizeof(R));
    solve(u.data(), ours.data());
    twin = b;
    if (transposed) twins::solve_transposed(a.data(), twin.data(), n);
    if (upper) twins::solve_upper(a.data(), twin.data(), n, n);
    REQUIRE(inputs::same_bits(ours.data(), twin.data(), n));
    REQUIRE(ours.intact());
  };
  compare(size.transposed, true, false);
  compare(size.upper, false, true);
  compare(size.solve, true, true);
  return failed;
}

}  // namespace

TEST_CASE("Cholesky's factor and the triangular solves are those of the plain loops") {
  Draw draw(1);
  for_cases([&]<Real R>(const Case<R>& size) {
    for (const Kind kind : inputs::kKinds) {
      const Index failed = check(size, systems::dominant<R>(kind, draw, size.n), kind, draw);
      if (kind == Kind::ordinary || kind == Kind::cancelling) CHECK(failed == -1);
      check(size, systems::dominant<R>(kind, draw, size.n, true), Kind::ordinary, draw);
      check(size, systems::symmetric<R>(kind, draw, size.n), kind, draw);
    }
    check(size, systems::hilbert<R>(size.n), Kind::ordinary, draw);
  });
}

TEST_CASE("the first pivot that is not above the rounding errors is named") {
  Draw draw(2);
  for_cases([&]<Real R>(const Case<R>& size) {
    using Limits = std::numeric_limits<R>;
    const Index n = size.n;
    const std::vector<R> good = systems::dominant<R>(Kind::ordinary, draw, n);
    const auto with = [&](Index i, Index j, R x) {
      std::vector<R> a = good;
      a.data()[i * n + j] = a.data()[j * n + i] = x;
      return check(size, a, Kind::ordinary, draw);
    };
    for (Index at = 0; at < n; at += 1 + n / 8) {
      for (const R bad : {R{0}, -R{0}, -R{1}, -Limits::denorm_min()}) CHECK(with(at, at, bad) == at);
      CHECK(with(at, at, -Limits::infinity()) == 0);
      CHECK(with(at, at, Limits::infinity()) == 0);
      CHECK(with(at, at, Limits::quiet_NaN()) == 0);
      if (at == 0) continue;
      const Index other = draw.below(at);
      CHECK(with(other, at, Limits::quiet_NaN()) == at);
      CHECK(with(other, at, Limits::infinity()) == at);
      std::vector<R> twice = good;  // the same unknown two times
      for (Index j = 0; j < n; ++j) twice.data()[at * n + j] = good.data()[other * n + j];
      for (Index j = 0; j < n; ++j) twice.data()[j * n + at] = twice.data()[j * n + other];
      CHECK(check(size, twice, Kind::ordinary, draw) == at);
    }
    const std::vector<R> zeros(good.size());
    CHECK(check(size, zeros, Kind::ordinary, draw) == 0);
  });
}

TEST_CASE("a pivot as small as the rounding errors of the others fails, twice that does not") {
  shapes::for_scalars([]<Real R>() {
    const R floor = std::numeric_limits<R>::epsilon();
    R too_small[3] = {R{1}, R{0}, floor};
    CHECK(idem::cholesky<2>(too_small).index == 1);
    R enough[3] = {R{1}, R{0}, R{2} * floor};
    CHECK(idem::cholesky<2>(enough).status == Status::ok);
  });
}

TEST_CASE("an ill-conditioned system has a small residual") {
  shapes::for_scalars([]<Real R>() {
    constexpr Index kSize = sizeof(R) == 4 ? 4 : 9;  // conditions of 2e4 and 5e11
    const std::vector<R> a = systems::hilbert<R>(kSize), b(kSize, R{1});
    std::vector<R> u = twins::packed(a.data(), kSize), x = b;
    REQUIRE(idem::cholesky<kSize>(u.data()).status == Status::ok);
    idem::cholesky_solve<kSize>(u.data(), x.data());
    const R size = idem::norm(x.data(), kSize);
    CHECK(size > R{10});
    const std::vector<R> back = systems::image(a, x);
    CHECK(systems::greatest_difference(back.data(), b.data(), kSize) <= R{8} * twins::kEpsilon<R> * size);
  });
}
