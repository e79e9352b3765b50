// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/solvers/kronecker.hpp>

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

constexpr std::array<Index, 5> kSizes = {1, 5, 8, 17, 33};

/// Sets from a Gram matrix and applies to numbers of a kind, both ways. Returns where it ended.
template <Real R, Index D>
Index check(std::vector<R> gram, Kind kind, Draw& draw, std::vector<R>* applied = nullptr) {
  CAPTURE(sizeof(R));
  CAPTURE(D);
  CAPTURE(inputs::name(kind));
  static idem::KroneckerPreconditioner<R, D> ours;
  std::vector<R> rows = twins::packed(gram.data(), D);
  Guarded<R> scratch(D);
  const Solved solved = ours.set(rows.data(), scratch.data());
  const Index failed = twins::cholesky(gram.data(), D);
  REQUIRE(solved.index == failed);
  REQUIRE(solved.status == (failed < 0 ? Status::ok : Status::not_positive_definite));
  REQUIRE(scratch.intact());
  if (failed >= 0) return failed;
  const std::vector<R> inverse = twins::inverse(gram.data(), D);
  std::vector<char> negative(inputs::size(D));
  for (int signs = 0; signs < 3; ++signs) {
    for (char& v : negative) v = signs == 2 || (signs == 1 && draw.coin()) ? 1 : 0;
    const Edge<R> r(kind, draw, D * D);
    Guarded<R> z(D * D);
    ours.apply([&](Index j) { return negative.data()[j] != 0; }, r.data(), z.data());
    std::vector<R> twin(inputs::size(D * D));
    twins::precondition(inverse.data(), negative.data(), r.data(), twin.data(), D);
    REQUIRE(inputs::same_bits(z.data(), twin.data(), D * D));
    REQUIRE(z.intact());
    if (applied != nullptr && signs == 1) {
      // r, z and v, for whoever wants to know what they have to do with one another.
      applied->assign(r.data(), r.data() + D * D);
      applied->insert(applied->end(), twin.begin(), twin.end());
      for (const char v : negative) applied->push_back(v != 0 ? -R{1} : R{1});
    }
  }
  return failed;
}

}  // namespace

TEST_CASE("the Kronecker preconditioner is that of the plain loops, with any signs") {
  Draw draw(1);
  shapes::for_scalars([&]<Real R>() {
    shapes::for_each<kSizes>([&]<Index D>() {
      for (const Kind kind : inputs::kKinds) {
        const Index failed = check<R, D>(systems::dominant<R>(kind, draw, D), kind, draw);
        if (kind == Kind::ordinary || kind == Kind::cancelling) CHECK(failed == -1);
      }
    });
  });
}

TEST_CASE("inputs that do not span all dimensions are refused") {
  Draw draw(2);
  shapes::for_scalars([&]<Real R>() {
    for (Index at = 0; at < 8; ++at) {
      std::vector<R> gram = systems::dominant<R>(Kind::ordinary, draw, 8);
      for (Index j = 0; j < 8; ++j) gram.data()[at * 8 + j] = gram.data()[j * 8 + at] = R{0};
      CHECK(check<R, 8>(gram, Kind::ordinary, draw) == at);
    }
  });
}

TEST_CASE("the Kronecker preconditioner undoes C z (I + v v^T)") {
  Draw draw(3);
  shapes::for_scalars([&]<Real R>() {
    constexpr Index D = 17;
    const std::vector<R> gram = systems::dominant<R>(Kind::ordinary, draw, D);
    std::vector<R> numbers, back(D * D);
    REQUIRE(check<R, D>(gram, Kind::ordinary, draw, &numbers) == -1);
    const R* const r = numbers.data();
    R* const z = numbers.data() + D * D;
    const R* const v = z + D * D;
    for (Index i = 0; i < D; ++i) {
      R s{0};
      for (Index q = 0; q < D; ++q) s = idem::fma(z[i * D + q], v[q], s);
      for (Index q = 0; q < D; ++q) z[i * D + q] = idem::fma(s, v[q], z[i * D + q]);
    }
    twins::product(gram.data(), z, back.data(), D, D, D);
    CHECK(systems::greatest_difference(back.data(), r, D * D) <= R{128} * twins::kEpsilon<R>);
  });
}
