// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>

#include <idem/train/gated_slice.hpp>
#include <idem/train/gates.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "../twins.hpp"

namespace {

using idem::GatedSample;
using idem::Gates;
using idem::Index;
using idem::MaskHash;
using idem::Real;
using idem::ResidualRelu;
using inputs::Draw;
using inputs::Edge;
using inputs::Kind;

/// Masks of one word and of two, whole and not.
inline constexpr std::array<Index, 4> kDims = {1, 5, 32, 33};
inline constexpr std::array<Index, 2> kSliceDims = {5, 33};

/// A model and its twin, of numbers of a kind.
template <Real R, Index D>
struct Pair {
  Pair(Kind kind, Draw& draw) : network(D, true) {
    ours.set_identity();
    inputs::fill(kind, draw, ours.weights().data(), D * D);
    for (Index j = 0; j < D; ++j) {
      network.negative[inputs::size(j)] = draw.coin();
      ours.set_negative(j, network.negative[inputs::size(j)] != 0);
    }
    network.weights.assign(ours.weights().data(), ours.weights().data() + D * D);
  }
  ResidualRelu<R, D> ours;
  twins::Network<R> network;
};

/// Section 13.7.
template <Real R>
std::uint64_t add_mask(std::uint64_t hash, const std::vector<R>& sums) {
  for (std::size_t j = 0; j < sums.size(); j += 32) {
    std::uint64_t word = 0;
    for (std::size_t i = j; i < sums.size() && i < j + 32; ++i) {
      if (sums[i] >= R{0}) word |= std::uint64_t{1} << (i - j);
    }
    hash = (hash ^ word) * 0x100000001b3u;
  }
  return hash;
}
constexpr std::uint64_t kNoMask = 0xcbf29ce484222325u;

/// Section 13.1, soft.
template <Real R>
R soft_gate(R z, R square, R sharpness) {
  R m = R{0};
  if (square > R{0}) m = sharpness / idem::sqrt(square);
  const R h = idem::fma(z, m, R{0.5});
  if (!(h > R{0})) return R{0};
  return h < R{1} ? h : R{1};
}

}  // namespace

TEST_CASE("a sample's gates, output, square and mask are those of the plain loops, hard and soft") {
  Draw draw(1);
  shapes::for_scalars([&]<Real R>() {
    shapes::for_each<kDims>([&]<Index D>() {
      CAPTURE(sizeof(R));
      CAPTURE(D);
      for (const Kind kind : inputs::kKinds) {
        CAPTURE(inputs::name(kind));
        for (int round = 0; round < 20; ++round) {
          Pair<R, D> pair(kind, draw);
          const Edge<R> x(kind, draw, D);
          const R output = pair.network.predict(x.data()), square = twins::sum_of_squares(x.data(), D);
          const std::vector<R>& z = pair.network.sums;
          for (const R sharpness : {R{0}, R{0.25}, R{3}, R{1e6}}) {
            // 0 stands for hard.
            const Gates<R> opening{sharpness > R{0}, sharpness};
            GatedSample<R, D> sample;
            MaskHash hash;
            sample.set(pair.ours, x.data(), opening, hash);
            REQUIRE(inputs::same_bits(sample.output, output));
            REQUIRE(inputs::same_bits(sample.square, opening.soft ? square : R{0}));
            REQUIRE(hash.value() == add_mask(kNoMask, z));
            Index firing = 0;
            for (Index q = 0; q < D; ++q) {
              const R sum = z[inputs::size(q)];
              if (sum >= R{0}) ++firing;
              R gate = sum >= R{0} ? R{1} : R{0};
              if (opening.soft) gate = soft_gate(sum, square, sharpness);
              REQUIRE(inputs::same_bits(sample.gates[q],
                                        twins::with_sign(pair.network.negative[inputs::size(q)] != 0, gate)));
            }
            REQUIRE(sample.firing == firing);
          }
        }
      }
    });
  });
}

TEST_CASE("hard gates are open on the boundary, of either sign, and shut for NaN; soft ones are half open") {
  shapes::for_scalars([]<Real R>() {
    using Limits = std::numeric_limits<R>;
    const Gates<R> hard, soft{true, R{1}};
    for (const R zero : {R{0}, -R{0}}) {
      CHECK(hard(zero, R{0}) == R{1});
      CHECK(soft(zero, R{8}) == R{0.5});
    }
    CHECK(hard(-Limits::denorm_min(), R{0}) == R{0});
    CHECK(hard(Limits::infinity(), R{0}) == R{1});
    CHECK(inputs::same_bits(hard(Limits::quiet_NaN(), R{0}), R{0}));
    CHECK(inputs::same_bits(soft(Limits::quiet_NaN(), R{1}), R{0}));
    CHECK(soft(R{0.25}, R{1}) == R{0.75});
    CHECK(soft(R{-0.25}, R{1}) == R{0.25});
    CHECK(soft(R{0.5}, R{1}) == R{1});
    CHECK(inputs::same_bits(soft(R{-0.5}, R{1}), R{0}));
    CHECK(soft(Limits::infinity(), R{1}) == R{1});
    CHECK(inputs::same_bits(soft(-Limits::infinity(), R{1}), R{0}));
  });
}

TEST_CASE("a sample of zeros has every soft gate half open") {
  shapes::for_scalars([]<Real R>() {
    ResidualRelu<R, 5> model;
    model.set_identity();
    model.set_negative(3, true);
    const R x[5] = {};
    GatedSample<R, 5> sample;
    MaskHash hash;
    sample.set(model, x, Gates<R>{true, R{1000}}, hash);
    for (Index q = 0; q < 5; ++q) CHECK(sample.gates[q] == (q == 3 ? R{-0.5} : R{0.5}));
    CHECK(sample.firing == 5);
  });
}

TEST_CASE("a slice has the masks, outputs and order of samples that come one by one") {
  Draw draw(2);
  shapes::for_scalars([&]<Real R>() {
    shapes::for_each<kSliceDims>([&]<Index D>() {
      CAPTURE(sizeof(R));
      CAPTURE(D);
      using Model = ResidualRelu<R, D>;
      using Slice = idem::GatedSlice<Model, 48>;
      constexpr Index kWidth = idem::Lanes<R>::kWidth;
      static Slice slice;
      for (const Kind kind : inputs::kKinds) {
        CAPTURE(inputs::name(kind));
        for (Index count = 1; count <= 48; count += 1 + draw.below(2)) {
          CAPTURE(count);
          Pair<R, D> pair(kind, draw);
          const Edge<R> x(kind, draw, count * D);
          std::vector<R> words(inputs::size((count + kWidth - 1) / kWidth * Slice::kWordStride));
          MaskHash hash;
          Index panels = 0;
          slice.forward_all(pair.ours, x.data(), count, words.data(),
                            [&](Index begin, Index end, const R* transposed) {
                              REQUIRE(begin == panels);
                              panels = end;
                              for (Index s = begin; s < end; ++s) {
                                const R* const at = transposed + (s - begin);
                                REQUIRE(inputs::same_bits(at[0], x.data()[s * D]));
                              }
                            });
          REQUIRE(panels == count);
          const Edge<R> y(kind, draw, count);
          idem::LongSum<R> losses{};
          slice.compare(y.data(), count, words.data(), hash, losses);
          std::uint64_t expected = kNoMask;
          std::vector<R> residuals;
          for (Index s = 0; s < count; ++s) {
            const R f = pair.network.predict(x.data() + s * D);
            REQUIRE(inputs::same_bits(slice.slice().outputs[s], f));
            expected = add_mask(expected, pair.network.sums);
            residuals.push_back(y.data()[s] - f);
          }
          REQUIRE(hash.value() == expected);
          REQUIRE(inputs::same_bits(losses.value(), idem::sum_of_squares(residuals.data(), count)));
        }
      }
    });
  });
}
