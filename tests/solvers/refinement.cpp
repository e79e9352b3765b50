// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/solvers/ldlt.hpp>
#include <idem/solvers/refinement.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "systems.hpp"

namespace {

using idem::Index;
using idem::Real;
using idem::Status;
using inputs::Draw;
using inputs::Edge;
using inputs::Guarded;
using inputs::Kind;

constexpr std::array<Index, 14> kSizes = {1, 2, 3, 5, 7, 8, 9, 10, 15, 16, 17, 24, 33, 71};

}  // namespace

TEST_CASE("a step of refinement is that of the plain loops") {
  Draw draw(1);
  shapes::for_scalars([&]<Real R>() {
    shapes::for_each<kSizes>([&]<Index N>() {
      CAPTURE(sizeof(R));
      CAPTURE(N);
      for (const Kind kind : inputs::kKinds) {
        CAPTURE(inputs::name(kind));
        const std::vector<R> a = systems::symmetric<R>(kind, draw, N), rows = twins::packed(a.data(), N);
        Edge<R> original(static_cast<Index>(rows.size()));
        std::memcpy(original.data(), rows.data(), rows.size() * sizeof(R));
        const Edge<R> b(kind, draw, N), from(kind, draw, N);
        // Any function of d will do.
        const auto solve = [&](R* d) {
          for (Index i = 0; i < N; ++i) d[i] = d[i] / a.data()[i];
        };
        std::vector<R> twin = twins::residual(a.data(), b.data(), from.data(), N);
        Guarded<R> x(N), scratch(N);
        std::memcpy(x.data(), from.data(), inputs::size(N) * sizeof(R));
        idem::refine<N>(
            original.data(),
            [&](R* d) {
              REQUIRE(inputs::same_bits(d, twin.data(), N));
              solve(d);
            },
            b.data(), x.data(), scratch.data());
        solve(twin.data());
        for (Index i = 0; i < N; ++i) twin.data()[i] = from.data()[i] + twin.data()[i];
        REQUIRE(inputs::same_bits(x.data(), twin.data(), N));
        REQUIRE(x.intact());
        REQUIRE(scratch.intact());
      }
    });
  });
}

TEST_CASE("what a small pivot costs is won back") {
  shapes::for_scalars([]<Real R>() {
    constexpr Index kSize = 6;
    Draw draw(2);
    // A small first pivot makes the others large: as many digits are lost as it has zeros, half of all.
    std::vector<R> a = systems::symmetric<R>(Kind::ordinary, draw, kSize);
    a.front() = idem::sqrt(twins::kEpsilon<R>);
    const std::vector<R> rows = twins::packed(a.data(), kSize), truth(kSize, R{1});
    const std::vector<R> b = systems::image(a, truth);
    std::vector<R> factor = rows, x = b, scratch(kSize);
    REQUIRE(idem::ldlt<kSize>(factor.data()).status == Status::ok);
    const idem::PivotReport<R> report = idem::pivot_report<kSize>(factor.data());
    CHECK(report.smallest_index == 0);
    CHECK(report.largest > R{100} * report.smallest);
    idem::ldlt_solve<kSize>(factor.data(), x.data());
    const R before = systems::greatest_difference(x.data(), truth.data(), kSize);
    for (int round = 0; round < 4; ++round) {
      idem::refine<kSize>(
          rows.data(), [&](R* d) { idem::ldlt_solve<kSize>(factor.data(), d); }, b.data(), x.data(),
          scratch.data());
    }
    const R after = systems::greatest_difference(x.data(), truth.data(), kSize);
    CHECK(before > R{100} * twins::kEpsilon<R>);
    CHECK(after < before / R{100});
  });
}
