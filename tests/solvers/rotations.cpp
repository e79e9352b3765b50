// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include <idem/solvers/rotations.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "systems.hpp"

namespace {

using idem::Index;
using idem::Real;
using idem::RotationsTriangle;
using idem::Solved;
using idem::Status;
using inputs::Draw;
using inputs::Guarded;
using inputs::Kind;

constexpr std::array<Index, 9> kSizes = {1, 2, 4, 5, 8, 9, 16, 17, 35};

/// A triangle and its twin, fed the same rows.
template <Real R, Index N>
struct Pair {
  Pair() : u(inputs::size(N * N)), c(inputs::size(N)) { ours.clear(); }

  void add(const std::vector<R>& row, R rhs) {
    Guarded<R> copy(N);
    std::memcpy(copy.data(), row.data(), row.size() * sizeof(R));
    ours.add(copy.data(), rhs);
    REQUIRE(copy.intact());
    std::vector<R> twin = row;
    twins::add_row(u.data(), c.data(), twin.data(), rhs, N);
  }
  void compare_triangles() const {
    const std::vector<R> rows = twins::packed(u.data(), N);
    REQUIRE(inputs::same_bits(ours.upper(), rows.data(), idem::kPackedSize<N>));
    REQUIRE(inputs::same_bits(ours.right(), c.data(), N));
  }
  Index solve() const {
    Guarded<R> x(N);
    const Solved solved = ours.solve(x.data());
    const Index failed = twins::deficient_at(u.data(), N, N);
    REQUIRE(solved.index == failed);
    REQUIRE(solved.status == (failed < 0 ? Status::ok : Status::rank_deficient));
    REQUIRE(x.intact());
    if (failed >= 0) return failed;
    std::vector<R> twin = c;
    twins::solve_upper(u.data(), twin.data(), N, N);
    REQUIRE(inputs::same_bits(x.data(), twin.data(), N));
    return failed;
  }

  RotationsTriangle<R, N> ours;
  std::vector<R> u, c;
};

template <class Test>
void for_sizes(const Test& test) {
  shapes::for_scalars([&]<Real R>() {
    shapes::for_each<kSizes>([&]<Index N>() {
      CAPTURE(sizeof(R));
      CAPTURE(N);
      test.template operator()<R, N>();
    });
  });
}

}  // namespace

TEST_CASE("a triangle and its solution are those of the plain loops after any number of rows") {
  Draw draw(1);
  for_sizes([&]<Real R, Index N>() {
    static_assert(sizeof(RotationsTriangle<R, N>) == RotationsTriangle<R, N>::kBytes);
    for (const Kind kind : inputs::kKinds) {
      CAPTURE(inputs::name(kind));
      Pair<R, N> pair;
      pair.compare_triangles();
      CHECK(pair.solve() == 0);
      std::vector<R> row(inputs::size(N));
      for (Index i = 0; i < 2 * N + 1; ++i) {
        inputs::fill(kind, draw, row.data(), N);
        if (i % 3 == 1) row.data()[draw.below(N)] = draw.coin() ? R{0} : -R{0};
        pair.add(row, inputs::draw<R>(kind, draw));
        if (i % 4 == 0) pair.compare_triangles();
      }
      pair.compare_triangles();
      const Index failed = pair.solve();
      if (kind == Kind::ordinary) CHECK(failed == -1);
    }
  });
}

TEST_CASE("what the rows do not determine is named") {
  Draw draw(2);
  for_sizes([&]<Real R, Index N>() {
    using Limits = std::numeric_limits<R>;
    const auto after = [&](Index count, const auto& change) {
      Pair<R, N> pair;
      std::vector<R> row(inputs::size(N));
      for (Index i = 0; i < count; ++i) {
        inputs::fill(Kind::ordinary, draw, row.data(), N);
        change(i, row.data());
        pair.add(row, R{1});
      }
      pair.compare_triangles();
      return pair.solve();
    };
    CHECK(after(N - 1, [](Index, R*) {}) == N - 1);
    const Index without = draw.below(N);
    CHECK(after(2 * N, [&](Index, R* row) { row[without] = R{0}; }) == without);
    CHECK(after(2 * N, [&](Index, R* row) { row[without] = Limits::min(); }) == without);
    for (const R bad : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), Limits::max()}) {
      CHECK(after(2 * N, [&](Index i, R* row) { row[without] = i == N ? bad : row[without]; }) >= 0);
    }
    // Squares that vanish are no NaN and no wrong answer: rows added to others change nothing, and alone determine
    // nothing.
    const auto tiny = [&](R* row) {
      for (Index j = 0; j < N; ++j) row[j] = row[j] * Limits::min();
    };
    CHECK(after(3 * N, [&](Index i, R* row) { i % 3 == 0 ? tiny(row) : void(); }) == -1);
    CHECK(after(2 * N, [&](Index, R* row) { tiny(row); }) == 0);
  });
}

TEST_CASE("columns whose products round to a singular matrix are told apart") {
  // Lauchli's matrix: B^T B is [1 1; 1 1] once e^2 is rounded away.
  shapes::for_scalars([]<Real R>() {
    const R e = R{64} * twins::kEpsilon<R>;
    Pair<R, 2> pair;
    pair.add({R{1}, R{1}}, R{3});
    pair.add({e, R{0}}, e);
    pair.add({R{0}, e}, R{2} * e);
    R x[2];
    REQUIRE(pair.ours.solve(x).status == Status::ok);
    CHECK(twins::magnitude(x[0] - R{1}) <= inputs::rounded<R>(0.25));
    CHECK(twins::magnitude(x[1] - R{2}) <= inputs::rounded<R>(0.25));
    R gram[3] = {idem::fma(e, e, R{1}), R{1}, idem::fma(e, e, R{1})};
    CHECK(idem::cholesky<2>(gram).status == Status::not_positive_definite);
  });
}

TEST_CASE("weights that all samples agree on are found") {
  shapes::for_scalars([]<Real R>() {
    constexpr Index kSize = 20;
    Draw draw(3);
    Pair<R, kSize> pair;
    std::vector<R> truth(kSize), row(kSize), x(kSize);
    inputs::fill(Kind::ordinary, draw, truth.data(), kSize);
    for (int i = 0; i < 60; ++i) {
      inputs::fill(Kind::ordinary, draw, row.data(), kSize);
      R y{0};
      for (std::size_t j = 0; j < row.size(); ++j) y = idem::fma(row[j], truth[j], y);
      pair.add(row, y);
    }
    REQUIRE(pair.ours.solve(x.data()).status == Status::ok);
    CHECK(systems::greatest_difference(x.data(), truth.data(), kSize) <= R{64} * twins::kEpsilon<R>);
    pair.ours.clear();
    CHECK(pair.ours.solve(x.data()).index == 0);
  });
}
