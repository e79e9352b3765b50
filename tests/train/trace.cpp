// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/train/trace.hpp>

#include "../inputs.hpp"
#include "../random_twins.hpp"
#include "../shapes.hpp"

namespace {

using idem::Index;
using idem::Real;
using idem::Trace;
using idem::TracePoint;
using inputs::Draw;
using inputs::Kind;
using shapes::View;

}  // namespace

TEST_CASE("a trace keeps points until it is full, and counts those that came after") {
  TracePoint<double> memory[4] = {};
  memory[3].step = 99;
  Trace<double> trace(memory, 3);
  for (std::uint64_t step = 0; step < 5; ++step) {
    CHECK(trace.size() == static_cast<Index>(step < 3 ? step : 3));
    CHECK(trace.lost() == static_cast<Index>(step < 3 ? 0 : step - 3));
    trace.add({step, 1.0 / static_cast<double>(step + 1), 2.0, -1.0});
  }
  CHECK(trace.size() == 3);
  CHECK(trace.lost() == 2);
  for (Index i = 0; i < 3; ++i) {
    CHECK(trace[i].step == static_cast<std::uint64_t>(i));
    CHECK(trace[i].loss == 1.0 / static_cast<double>(i + 1));
  }
  CHECK(memory[3].step == 99);
}

TEST_CASE("a trace without memory only counts") {
  Trace<float> trace(nullptr, 0);
  trace.add({1, 2.0f, 3.0f, 4.0f});
  CHECK(trace.size() == 0);
  CHECK(trace.lost() == 1);
}

TEST_CASE("the spectral distance is 100 rounds on rounded differences") {
  shapes::for_scalars([]<Real R>() {
    constexpr Index D = 9;
    Draw draw(1);
    static idem::DistanceScratch<R, D> scratch;
    for (const Kind kind : {Kind::ordinary, Kind::cancelling, Kind::mixed}) {
      R w[D * D], teacher[D * D], difference[D * D];
      inputs::fill(kind, draw, w, D * D);
      inputs::fill(kind, draw, teacher, D * D);
      for (Index i = 0; i < D * D; ++i) difference[i] = w[i] - teacher[i];
      const R ours = idem::spectral_distance(View<R, D, D>{w}, View<R, D, D>{teacher}, scratch);
      CHECK(inputs::same_bits(ours, twins::spectral_norm(difference, D, D, 100)));
      CHECK(inputs::same_bits(idem::spectral_distance(View<R, D, D>{w}, View<R, D, D>{w}, scratch), R{0}));
    }
  });
}
