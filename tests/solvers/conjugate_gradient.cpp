// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include <idem/solvers/conjugate_gradient.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "systems.hpp"

namespace {

using idem::Converged;
using idem::Index;
using idem::Real;
using idem::Status;
using inputs::Draw;
using inputs::Kind;

/// A system: A whole, the numbers that M^-1 multiplies unknowns by, and the right-hand side.
template <Real R>
struct System {
  std::vector<R> a, inverse, g;

  void apply(const R* p, R* w) const {
    const Index n = static_cast<Index>(g.size());
    twins::product(a.data(), p, w, n, n, 1);
  }
  void precondition(const R* r, R* z) const {
    for (std::size_t i = 0; i < g.size(); ++i) z[i] = inverse.data()[i] * r[i];
  }
};

/// Section 12.9.
template <Real R>
Converged<R> twin(const System<R>& system, std::vector<R>& x, Index rows, Index cols, Index steps, R limit) {
  const std::size_t count = system.g.size();
  std::vector<R> r = system.g, z(count), p(count), w(count);
  x.assign(count, R{0});
  system.precondition(r.data(), z.data());
  p = z;
  R rho = twins::inner_product(r.data(), z.data(), rows, cols);
  const R first = rho, square = limit * limit, last = square * first;
  Converged<R> result;
  result.status = Status::not_converged;
  for (;;) {
    if (!(rho > last)) {
      result.status = rho >= R{0} && rho <= last ? Status::ok : Status::not_positive_definite;
      break;
    }
    if (result.steps == steps) break;
    system.apply(p.data(), w.data());
    const R s = twins::inner_product(p.data(), w.data(), rows, cols);
    if (!(s > R{0})) {
      result.status = Status::not_positive_definite;
      break;
    }
    const R a = rho / s;
    for (std::size_t i = 0; i < count; ++i) x[i] = idem::fma(a, p[i], x[i]);
    for (std::size_t i = 0; i < count; ++i) r[i] = idem::fma(-a, w[i], r[i]);
    system.precondition(r.data(), z.data());
    const R next = twins::inner_product(r.data(), z.data(), rows, cols);
    const R b = next / rho;
    rho = next;
    for (std::size_t i = 0; i < count; ++i) p[i] = idem::fma(b, p[i], z[i]);
    ++result.steps;
  }
  result.residual = rho > R{0} ? idem::sqrt(rho / first) : R{0};
  return result;
}

/// Solves both ways.
template <Index Rows, Index Cols, Real R>
Converged<R> check(const System<R>& system, Index steps, R limit, std::vector<R>* solution = nullptr) {
  CAPTURE(sizeof(R));
  CAPTURE(Rows);
  CAPTURE(Cols);
  CAPTURE(steps);
  static idem::ConjugateGradientMemory<R, Rows, Cols> memory;
  std::memcpy(memory.residual, system.g.data(), sizeof(memory.residual));
  const Converged<R> ours = idem::conjugate_gradient<Rows, Cols>(
      [&](const R* p, R* w) { system.apply(p, w); }, [&](const R* r, R* z) { system.precondition(r, z); },
      memory, steps, limit);
  std::vector<R> x;
  const Converged<R> other = twin(system, x, Rows, Cols, steps, limit);
  REQUIRE(ours.status == other.status);
  REQUIRE(ours.steps == other.steps);
  REQUIRE(inputs::same_bits(ours.residual, other.residual));
  REQUIRE(inputs::same_bits(memory.solution, x.data(), Rows * Cols));
  if (solution != nullptr) *solution = x;
  return ours;
}

/// Positive definite, preconditioned by the inverse of its diagonal.
template <Real R>
System<R> drawn(Kind kind, Draw& draw, Index n) {
  System<R> system;
  system.a = systems::dominant<R>(kind, draw, n);
  for (Index i = 0; i < n; ++i) system.inverse.push_back(R{1} / system.a.data()[i * n + i]);
  system.g.resize(inputs::size(n));
  inputs::fill(kind, draw, system.g.data(), n);
  return system;
}

template <class Test>
void for_shapes(const Test& test) {
  shapes::for_scalars([&]<Real R>() {
    test.template operator()<R, 1, 1>();
    test.template operator()<R, 9, 1>();
    test.template operator()<R, 1, 17>();
    test.template operator()<R, 7, 9>();
    test.template operator()<R, 3, 67>();
  });
}

}  // namespace

TEST_CASE("conjugate gradients are those of the plain loops, whatever ends them") {
  Draw draw(1);
  for_shapes([&]<Real R, Index Rows, Index Cols>() {
    for (const Kind kind : inputs::kKinds) {
      CAPTURE(inputs::name(kind));
      for (const Index steps : {0, 1, 5, 40}) {
        for (const R limit : {R{0}, inputs::rounded<R>(1e-3), R{1}}) {
          check<Rows, Cols>(drawn<R>(kind, draw, Rows * Cols), steps, limit);
        }
      }
      System<R> indefinite = drawn<R>(kind, draw, Rows * Cols);
      indefinite.a = systems::symmetric<R>(kind, draw, Rows * Cols);
      check<Rows, Cols>(indefinite, 20, R{0});
    }
  });
}

TEST_CASE("a system of a diagonal beyond its rows is solved, or the steps come first") {
  Draw draw(2);
  for_shapes([&]<Real R, Index Rows, Index Cols>() {
    const System<R> system = drawn<R>(Kind::ordinary, draw, Rows * Cols);
    const R limit = R{4} * twins::kEpsilon<R>;
    std::vector<R> x;
    const Converged<R> solved = check<Rows, Cols>(system, 200, limit, &x);
    CHECK(solved.status == Status::ok);
    CHECK(solved.residual <= R{2} * limit);
    const std::vector<R> back = systems::image(system.a, x);
    CHECK(systems::greatest_difference(back.data(), system.g.data(), Rows * Cols) <=
          R{64} * twins::kEpsilon<R>);
    const Converged<R> none = check<Rows, Cols>(system, 0, limit, &x);
    CHECK(none.status == Status::not_converged);
    CHECK(none.residual == R{1});
    CHECK(systems::greatest_difference(x.data(), std::vector<R>(x.size()).data(), Rows * Cols) == R{0});
  });
}

TEST_CASE("a right-hand side of zeros has the solution zero after no step") {
  Draw draw(3);
  for_shapes([&]<Real R, Index Rows, Index Cols>() {
    System<R> system = drawn<R>(Kind::ordinary, draw, Rows * Cols);
    for (R& g : system.g) g = draw.coin() ? R{0} : -R{0};
    const Converged<R> solved = check<Rows, Cols>(system, 10, R{0});
    CHECK(solved.status == Status::ok);
    CHECK(solved.steps == 0);
    CHECK(inputs::same_bits(solved.residual, R{0}));
  });
}

TEST_CASE("the inverse as its preconditioner solves a system in one step") {
  Draw draw(4);
  for_shapes([&]<Real R, Index Rows, Index Cols>() {
    System<R> system = drawn<R>(Kind::ordinary, draw, Rows * Cols);
    constexpr Index kCount = Rows * Cols;
    for (Index i = 0; i < kCount; ++i) {
      for (Index j = 0; j < kCount; ++j) {
        if (i != j) system.a.data()[i * kCount + j] = R{0};
      }
    }
    const Converged<R> solved = check<Rows, Cols>(system, 10, R{8} * twins::kEpsilon<R>);
    CHECK(solved.status == Status::ok);
    CHECK(solved.steps == 1);
  });
}

TEST_CASE("a direction without curvature ends the solution and leaves x as it was") {
  Draw draw(5);
  for_shapes([&]<Real R, Index Rows, Index Cols>() {
    using Limits = std::numeric_limits<R>;
    for (const R factor : {R{0}, -R{1}, Limits::quiet_NaN()}) {
      System<R> system = drawn<R>(Kind::ordinary, draw, Rows * Cols);
      for (R& a : system.a) a = a * factor;
      std::vector<R> x;
      const Converged<R> ended = check<Rows, Cols>(system, 10, R{0}, &x);
      CHECK(ended.status == Status::not_positive_definite);
      CHECK(ended.steps == 0);
      for (const R number : x) CHECK(inputs::same_bits(number, R{0}));
    }
    for (const R bad : {Limits::quiet_NaN(), Limits::infinity()}) {
      System<R> system = drawn<R>(Kind::ordinary, draw, Rows * Cols);
      system.g.back() = bad;
      CHECK(check<Rows, Cols>(system, 10, R{0}).status == Status::not_positive_definite);
    }
  });
}
