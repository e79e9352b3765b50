// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/kernels/relu.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "../twins.hpp"

namespace {

using idem::Index;
using idem::Real;
using inputs::Draw;
using inputs::Edge;
using inputs::Guarded;
using inputs::Kind;

/// Layers of every height and width, with signs, NaN and infinities strewn in.
template <class Test>
void for_each_layer(const Test& test) {
  Draw draw(1);
  shapes::for_scalars([&]<Real R>() {
    constexpr Index kWidth = idem::Lanes<R>::kWidth;
    for (const Kind kind : inputs::kKinds) {
      CAPTURE(inputs::name(kind));
      for (const Index neurons : {1, 2, 3, 31, 32, 33, 100}) {
        for (const Index vectors : {1, 2, 3, 4, 5, 7, 8, 9}) {
          CAPTURE(sizeof(R));
          CAPTURE(neurons);
          CAPTURE(vectors);
          const Index columns = vectors * kWidth;
          const Index stride = columns + 16 * draw.below(2);
          Edge<R> z(kind, draw, (neurons - 1) * stride + columns);
          for (Index i = 0; i < z.count(); i += 1 + draw.below(40)) {
            using Limits = std::numeric_limits<R>;
            const R odd[] = {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), -R{0},
                             R{0}};
            z.data()[i] = odd[draw.below(5)];
          }
          bool negative[100];
          for (bool& minus : negative) minus = draw.coin();
          test(kind, draw, z, negative, neurons, vectors, stride);
        }
      }
    }
  });
}

}  // namespace

TEST_CASE("the rectifier gives +0 for NaN and for both zeros, in lanes and alone") {
  shapes::for_scalars([]<Real R>() {
    using Limits = std::numeric_limits<R>;
    using L = idem::Lanes<R>;
    const R values[] = {R{0},
                        -R{0},
                        Limits::quiet_NaN(),
                        -Limits::quiet_NaN(),
                        Limits::infinity(),
                        -Limits::infinity(),
                        Limits::denorm_min(),
                        -Limits::denorm_min(),
                        R{1},
                        R{-1},
                        Limits::max(),
                        Limits::lowest()};
    for (const R z : values) {
      const R expected = twins::relu(z);
      CHECK(inputs::same_bits(idem::relu(z), expected));
      CHECK_FALSE((expected != expected));
      R lanes[L::kWidth];
      L::store(lanes, idem::relu(L::broadcast(z)));
      for (const R lane : lanes) CHECK(inputs::same_bits(lane, expected));
      L::store(lanes, idem::where_on(L::broadcast(z), L::broadcast(R{7})));
      for (const R lane : lanes) CHECK(lane == (z >= R{0} ? R{7} : R{0}));
    }
    CHECK(idem::where_on(-R{0}, R{7}) == R{7});
    CHECK(idem::where_on(R{0}, R{7}) == R{7});
    CHECK(inputs::same_bits(idem::where_on(Limits::quiet_NaN(), R{7}), R{0}));
    CHECK(inputs::same_bits(idem::where_on(R{-1}, Limits::infinity()), R{0}));
  });
}

TEST_CASE("the sums of a layer are one chain a sample, whatever part of the columns is asked for") {
  for_each_layer([]<Real R>(Kind, Draw& draw, const Edge<R>& z, const bool(&negative)[100],
                            Index neurons, Index vectors, Index stride) {
    constexpr Index kWidth = idem::Lanes<R>::kWidth;
    const Index columns = vectors * kWidth;
    const Index first = draw.below(vectors), last = first + 1 + draw.below(vectors - first);
    Guarded<R> sums(columns);
    std::vector<R> twin(inputs::size(columns), R{42});
    for (Index s = 0; s < columns; ++s) sums.data()[s] = R{42};
    idem::relu_sums(
        z.data(), neurons, stride, [&](Index j) { return negative[j]; }, sums.data(), first, last);
    twins::relu_sums(z.data() + first * kWidth, negative, twin.data() + first * kWidth, neurons,
                     (last - first) * kWidth, stride);
    REQUIRE(inputs::same_bits(sums.data(), twin.data(), columns));
    REQUIRE(sums.intact());
  });
}

TEST_CASE("masking selects: what is off becomes +0, whatever the residual is") {
  for_each_layer([]<Real R>(Kind kind, Draw& draw, Edge<R>& z, const bool(&negative)[100],
                            Index neurons, Index vectors, Index stride) {
    constexpr Index kWidth = idem::Lanes<R>::kWidth;
    Edge<R> residuals(kind, draw, vectors * kWidth);
    residuals.data()[0] = std::numeric_limits<R>::infinity();
    const Index first = draw.below(vectors), last = first + 1 + draw.below(vectors - first);
    std::vector<R> twin(z.data(), z.data() + z.count());
    idem::mask_residuals(
        z.data(), neurons, stride, [&](Index j) { return negative[j]; }, residuals.data(), first,
        last);
    twins::mask_residuals(twin.data() + first * kWidth, negative, residuals.data() + first * kWidth,
                          neurons, (last - first) * kWidth, stride);
    REQUIRE(inputs::same_bits(z.data(), twin.data(), z.count()));
  });
}
