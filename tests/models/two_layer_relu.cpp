// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>

#include <idem/models/two_layer_relu.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "../twins.hpp"

namespace {

using idem::Index;
using idem::Real;
using idem::ResidualRelu;
using idem::Skip;
using idem::TwoLayerRelu;
using idem::VanillaRelu;
using inputs::Draw;
using inputs::Edge;
using inputs::Kind;

/// A model of any dimension, for tests that know it at run time.
template <Real R>
struct Case {
  Index d;
  bool residual;
  void (*set_identity)();
  R* (*weights)();
  void (*set_negative)(Index j, bool minus);
  bool (*negative)(Index j);
  R (*forward)(const R* x, bool* on);
  R (*predict)(const R* x);
};

/// In one word, to its end, beyond it, and in several.
inline constexpr std::array<Index, 6> kSigned = {5, 31, 32, 33, 64, 100};

template <class Model>
Model model;

template <class Model>
Case<typename Model::Scalar> case_of() {
  using R = typename Model::Scalar;
  constexpr Index D = Model::kDim;
  return {D,
          Model::kSkip == Skip::identity,
          [] { model<Model>.set_identity(); },
          [] { return model<Model>.weights().data(); },
          [](Index j, bool minus) { model<Model>.set_negative(j, minus); },
          [](Index j) { return model<Model>.negative(j); },
          [](const R* x, bool* on) {
            idem::Mask<D> mask;
            for (std::uint32_t& word : mask.words) word = 0xdeadbeef;
            const R f = idem::forward(model<Model>, x, mask);
            for (Index j = 0; j < D; ++j) on[j] = mask.on(j);
            return f;
          },
          [](const R* x) { return idem::predict(model<Model>, shapes::View<const R, D, 1>{x}); }};
}

template <Real R>
void check_forward(const Case<R>& m, Kind kind, int signs, Draw& draw) {
  CAPTURE(inputs::name(kind));
  CAPTURE(sizeof(R));
  CAPTURE(m.d);
  CAPTURE(m.residual);
  CAPTURE(signs);
  twins::Network<R> twin(m.d, m.residual);
  m.set_identity();
  inputs::fill(kind, draw, m.weights(), m.d * m.d);
  std::memcpy(twin.weights.data(), m.weights(), twin.weights.size() * sizeof(R));
  for (Index j = 0; j < m.d; ++j) {
    const bool minus = signs == 2 || (signs == 1 && draw.coin());
    m.set_negative(j, minus);
    twin.negative[inputs::size(j)] = minus;
  }
  bool on[300];
  for (int sample = 0; sample < 4; ++sample) {
    const Edge<R> x(kind, draw, m.d);
    const R expected = twin.predict(x.data());
    REQUIRE(inputs::same_bits(m.forward(x.data(), on), expected));
    REQUIRE(inputs::same_bits(m.predict(x.data()), expected));
    bool mask_agrees = true;
    for (Index j = 0; j < m.d; ++j) {
      mask_agrees = mask_agrees && on[j] == (twin.sums[inputs::size(j)] >= R{0});
    }
    REQUIRE(mask_agrees);
  }
}

template <class Model>
void check_model() {
  Draw draw(static_cast<std::uint64_t>(Model::kDim));
  for (const Kind kind : inputs::kKinds) {
    for (const int signs : {0, 1, 2}) check_forward(case_of<Model>(), kind, signs, draw);
  }
}

inline constexpr std::array<Index, 13> kDims = {1, 2, 5, 8, 16, 17, 20, 31, 33, 64, 100, 129, 300};

}  // namespace

TEST_CASE("the residual network is the plain loop for every dimension, sign and input") {
  shapes::for_scalars(
      []<Real R>() { shapes::for_each<kDims>([]<Index D>() { check_model<ResidualRelu<R, D>>(); }); });
}

TEST_CASE("the network without the identity is the plain loop for every dimension, sign and input") {
  shapes::for_scalars(
      []<Real R>() { shapes::for_each<kDims>([]<Index D>() { check_model<VanillaRelu<R, D>>(); }); });
}

TEST_CASE("a neuron is on at both zeros and off at NaN and below") {
  shapes::for_scalars([]<Real R>() {
    using Limits = std::numeric_limits<R>;
    // One weight that is the sum of its neuron, as the input is (1, 0).
    struct {
      R sum;
      bool on;
    } const cases[] = {{R{0}, true},
                       {R{1}, true},
                       {Limits::denorm_min(), true},
                       {-Limits::denorm_min(), false},
                       {R{-1}, false},
                       {Limits::quiet_NaN(), false},
                       {Limits::infinity(), true},
                       {-Limits::infinity(), false}};
    static VanillaRelu<R, 1> m;
    for (const auto& c : cases) {
      m.weights()(0, 0) = c.sum;
      const R one = R{1};
      idem::Mask<1> mask;
      const R f = idem::forward(m, &one, mask);
      CHECK(mask.on(0) == c.on);
      CHECK(inputs::same_bits(f, c.sum > R{0} ? c.sum : R{0}));
    }
    // The identity lets a sum be -0: the chain starts at x = -0 and adds -0.
    static ResidualRelu<R, 1> r;
    r.weights()(0, 0) = R{1};
    const R zero = -R{0};
    idem::Mask<1> mask;
    CHECK(inputs::same_bits(idem::forward(r, &zero, mask), R{0}));
    CHECK(mask.on(0));
  });
}

TEST_CASE("a model in static storage starts as the identity, as does one that is set to it") {
  static ResidualRelu<double, 33> fresh;
  for (const double w : fresh.weights().reshaped()) REQUIRE(inputs::same_bits(w, 0.0));
  for (Index j = 0; j < 33; ++j) REQUIRE_FALSE(fresh.negative(j));
  fresh.weights().setConstant(3);
  for (Index j = 0; j < 33; ++j) fresh.set_negative(j, true);
  fresh.set_identity();
  for (const double w : fresh.weights().reshaped()) REQUIRE(inputs::same_bits(w, 0.0));
  for (Index j = 0; j < 33; ++j) REQUIRE_FALSE(fresh.negative(j));
  const idem::Vec<double, 33> ones = idem::Vec<double, 33>::Ones();
  CHECK(idem::predict(fresh, ones) == 33);
}

TEST_CASE("signs are kept one by one") {
  static ResidualRelu<float, 70> m;
  m.set_identity();
  bool expected[70] = {};
  Draw draw(3);
  for (int i = 0; i < 500; ++i) {
    const Index j = draw.below(70);
    const bool minus = draw.coin();
    m.set_negative(j, minus);
    expected[j] = minus;
    for (Index k = 0; k < 70; ++k) REQUIRE(m.negative(k) == expected[k]);
  }
}

TEST_CASE("a model takes its weights and one bit a neuron") {
  static_assert(sizeof(ResidualRelu<float, 8>) == 8 * 8 * 4 + 4);
  static_assert(sizeof(ResidualRelu<double, 32>) == 32 * 32 * 8 + 8);  // 4 bytes of padding
  static_assert(sizeof(VanillaRelu<float, 33>) == 33 * 33 * 4 + 8);
}

TEST_CASE("signs of neurons come 32 together, from any neuron on") {
  Draw draw(4);
  shapes::for_each<kSigned>([&]<Index D>() {
    CAPTURE(D);
    static ResidualRelu<float, D> signs;
    signs.set_identity();
    for (Index j = 0; j < D; ++j) signs.set_negative(j, draw.coin());
    for (Index j = 0; j < D; ++j) {
      for (Index i = 0; i < 32 && j + i < D; ++i) {
        REQUIRE((signs.negative_32_from(j) >> i & 1u) == (signs.negative(j + i) ? 1u : 0u));
      }
    }
  });
}
