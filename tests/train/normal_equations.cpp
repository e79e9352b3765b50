// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/train/normal_equations.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "../solver_twins.hpp"
#include "gated.hpp"

namespace {

using gated::Data;
using idem::Gates;
using idem::Index;
using idem::MaskHash;
using idem::NormalEquations;
using idem::Real;
using idem::ResidualRelu;
using idem::RotatedRows;
using idem::Status;
using inputs::Draw;
using inputs::Kind;

/// How a system ended: the unknown where it did, or -1 and the solution.
template <Real R>
struct Ended {
  Index index = -1;
  std::vector<R> solution;
};

/// The row of a sample, and its residual.
template <Real R>
struct Row {
  std::vector<R> b, c;
  R residual;
};
template <Real R, Index D>
std::vector<Row<R>> rows_of(Data<R, D>& data, const Gates<R>& opening) {
  std::vector<Row<R>> rows;
  for (Index s = 0; s < data.count; ++s) {
    const R output = data.network.predict(data.x.data() + s * D);
    Row<R> row{{}, data.gates(s, opening), data.y[inputs::size(s)] - output};
    for (Index q = 0; q < D; ++q) {
      for (Index i = 0; i < D; ++i) {
        const R gate = row.c[inputs::size(q)];
        row.b.push_back(gate == R{0} ? R{0} : gate * data.x.data()[s * D + i]);
      }
    }
    rows.push_back(row);
  }
  return rows;
}

/// Section 13.3, direct. What belongs to neurons that are off is left out.
template <Real R, Index D>
void form(const std::vector<Row<R>>& rows, std::vector<R>& a, std::vector<R>& g) {
  constexpr Index N = D * D;
  a.assign(inputs::size(N * N), R{0});
  g.assign(inputs::size(N), R{0});
  for (const Row<R>& row : rows) {
    const auto on = [&](Index j) { return row.c[inputs::size(j / D)] != R{0}; };
    for (Index j = 0; j < N; ++j) {
      if (!on(j)) continue;
      const R b = row.b[inputs::size(j)];
      g[inputs::size(j)] = idem::fma(b, row.residual, g[inputs::size(j)]);
      for (Index l = j; l < N; ++l) {
        R& sum = a[inputs::size(j * N + l)];
        if (on(l)) sum = idem::fma(b, row.b[inputs::size(l)], sum);
      }
    }
  }
  for (R& sum : a) sum = sum + R{0};
  for (R& sum : g) sum = sum + R{0};
}

/// A ridge that makes the matrix positive definite unless it overflows.
template <Real R>
R enough(const std::vector<R>& a) {
  R most = R{1};
  for (const R sum : a) {
    const R size = twins::magnitude(sum);
    if (size > most) most = size;
  }
  return most * R{2};
}

template <Real R, Index D>
Ended<R> twin_cholesky(const std::vector<R>& a, const std::vector<R>& g, R ridge) {
  constexpr Index N = D * D;
  std::vector<R> u = a;
  if (ridge != R{0}) {
    for (Index j = 0; j < N; ++j) u[inputs::size(j * N + j)] = u[inputs::size(j * N + j)] + ridge;
  }
  Ended<R> ended{twins::cholesky(u.data(), N), g};
  twins::solve_transposed(u.data(), ended.solution.data(), N);
  twins::solve_upper(u.data(), ended.solution.data(), N, N);
  return ended;
}

template <Real R, Index D>
Ended<R> twin_rotations(const std::vector<Row<R>>& rows, R ridge) {
  constexpr Index N = D * D;
  std::vector<R> u(inputs::size(N * N)), c(inputs::size(N));
  for (const Row<R>& row : rows) {
    std::vector<R> b = row.b;
    twins::add_row(u.data(), c.data(), b.data(), row.residual, N);
  }
  for (Index j = 0; ridge != R{0} && j < N; ++j) {
    std::vector<R> b(inputs::size(N));
    b[inputs::size(j)] = idem::sqrt(ridge);
    twins::add_row(u.data(), c.data(), b.data(), R{0}, N);
  }
  Ended<R> ended{twins::deficient_at(u.data(), N, N), c};
  twins::solve_upper(u.data(), ended.solution.data(), N, N);
  return ended;
}

template <class System>
System object;

template <class System, Real R, Index D>
Ended<R> solve(const Data<R, D>& data, const Gates<R>& opening, R ridge, Status failure) {
  System& system = object<System>;
  system.clear();
  MaskHash hash;
  idem::LongSum<R> losses{};
  Index done = 0;
  data.each([&](const R* x, Index count) {
    const R* const y = data.y.data() + done;
    done += count;
    if constexpr (System::kSlices) {
      if (!opening.soft) {
        REQUIRE(system.add_slice(data.model, x, y, count, hash, losses));
        return;
      }
    }
    idem::GatedSample<R, D> sample;
    for (Index s = 0; s < count; ++s) {
      sample.set(data.model, x + s * D, opening, hash);
      system.add(x + s * D, sample, y[s] - sample.output);
    }
  });
  const idem::Solved solved = system.solve(data.model, ridge);
  REQUIRE(solved.status == (solved.index < 0 ? Status::ok : failure));
  Ended<R> ended{solved.index, {}};
  for (Index q = 0; q < D; ++q) {
    for (Index i = 0; i < D; ++i) ended.solution.push_back(system.solution(q, i));
  }
  return ended;
}

template <Real R>
void require_same(const Ended<R>& ours, const Ended<R>& twin) {
  REQUIRE(ours.index == twin.index);
  if (ours.index >= 0) return;
  REQUIRE(inputs::same_bits(ours.solution.data(), twin.solution.data(),
                            static_cast<Index>(twin.solution.size())));
}

/// Portions of at most 32; two have more rows than unknowns of 5 neurons.
const std::vector<std::vector<Index>> kPortions = {{3}, {32}, {17, 32, 31}, {7, 7, 7, 7, 7, 3}};

/// Calls test(data, opening) for numbers of every kind in every portions, gates hard and soft.
template <Real R, Index D, class Test>
void for_data(Draw& draw, const Test& test) {
  CAPTURE(sizeof(R));
  CAPTURE(D);
  for (const Kind kind : inputs::kKinds) {
    CAPTURE(inputs::name(kind));
    for (const std::vector<Index>& portions : kPortions) {
      CAPTURE(portions.size());
      Data<R, D> data(kind, draw, portions);
      for (const Gates<R>& opening : {Gates<R>{}, Gates<R>{true, R{0.75}}}) {
        CAPTURE(opening.soft);
        test(data, opening);
      }
    }
  }
}

template <Real R, Index D>
void check_cholesky(Draw& draw) {
  using Model = ResidualRelu<R, D>;
  for_data<R, D>(draw, [](Data<R, D>& data, const Gates<R>& opening) {
    std::vector<R> a, g;
    form<R, D>(rows_of(data, opening), a, g);
    for (const R ridge : {R{0}, enough(a)}) {
      CAPTURE(ridge);
      const Ended<R> twin = twin_cholesky<R, D>(a, g, ridge);
      require_same(solve<NormalEquations<Model>>(data, opening, ridge, Status::not_positive_definite), twin);
      require_same(solve<NormalEquations<Model, 32>>(data, opening, ridge, Status::not_positive_definite),
                   twin);
    }
  });
}

template <Real R, Index D>
void check_rotations(Draw& draw) {
  using Model = ResidualRelu<R, D>;
  for_data<R, D>(draw, [](Data<R, D>& data, const Gates<R>& opening) {
    const std::vector<Row<R>> rows = rows_of(data, opening);
    for (const R ridge : {R{0}, R{0.5}}) {
      CAPTURE(ridge);
      require_same(solve<RotatedRows<Model>>(data, opening, ridge, Status::rank_deficient),
                   twin_rotations<R, D>(rows, ridge));
    }
  });
}

}  // namespace

TEST_CASE(
    "normal equations are those of rows of B formed one by one, streamed and by slices, gates hard and "
    "soft") {
  Draw draw(1);
  shapes::for_scalars([&]<Real R>() {
    check_cholesky<R, 5>(draw);
    check_cholesky<R, 8>(draw);
  });
}

TEST_CASE("a triangle takes the same rows") {
  Draw draw(2);
  shapes::for_scalars([&]<Real R>() { check_rotations<R, 5>(draw); });
}

TEST_CASE("a system can be cleared and filled again, whatever was in it") {
  Draw draw(3);
  shapes::for_scalars([&]<Real R>() {
    using System = NormalEquations<ResidualRelu<R, 8>, 32>;
    Data<R, 8> first(Kind::ordinary, draw, {32, 32, 32, 5}), second(Kind::ordinary, draw, {32, 32, 32});
    const Status failure = Status::not_positive_definite;
    const Ended<R> alone = solve<System>(second, {}, R{0.5}, failure);
    (void)solve<System>(first, {}, R{0.5}, failure);
    require_same(solve<System>(second, {}, R{0.5}, failure), alone);
    (void)solve<System>(first, Gates<R>{true, R{1}}, R{0.5}, failure);
    require_same(solve<System>(second, {}, R{0.5}, failure), alone);
  });
}
