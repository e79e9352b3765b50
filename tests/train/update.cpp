// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/train/update.hpp>

#include "../hands.hpp"
#include "../inputs.hpp"
#include "../shapes.hpp"

namespace {

using hands::Hands;
using hands::Way;
using idem::Index;
using idem::Layout;
using idem::Real;
using inputs::Draw;
using inputs::Edge;
using inputs::Guarded;
using inputs::Kind;

template <Real R>
struct Update {
  Layout layout;
  bool (*take)(R c, R* gradient, R* weights, Hands& hands);
};

/// Checks a step against the plain loop: taken exactly when every new weight is finite.
template <Real R>
bool check_step(Update<R> update, Index d, R c, const R* gradient, const R* weights, Hands& hands) {
  std::vector<R> twin(inputs::size(d * d));
  bool finite = true;
  for (Index k = 0; k < d; ++k) {
    for (Index j = 0; j < d; ++j) {
      const R g = gradient[update.layout == Layout::by_input ? k * d + j : j * d + k];
      const R w = idem::fma(-c, g + R{0}, weights[k * d + j]);
      if (!(w - w == R{0})) finite = false;
      twin[inputs::size(k * d + j)] = w;
    }
  }
  if (!finite) twin.assign(weights, weights + d * d);
  Guarded<R> ours(d * d), used(d * d);
  std::memcpy(ours.data(), weights, twin.size() * sizeof(R));
  std::memcpy(used.data(), gradient, twin.size() * sizeof(R));
  REQUIRE(update.take(c, used.data(), ours.data(), hands) == finite);
  REQUIRE(std::memcmp(ours.data(), twin.data(), twin.size() * sizeof(R)) == 0);
  REQUIRE(ours.intact());
  REQUIRE(used.intact());
  return finite;
}

template <Real R>
void check_kinds(Update<R> update, Index d) {
  Draw draw(static_cast<std::uint64_t>(d));
  CAPTURE(sizeof(R));
  CAPTURE(d);
  for (const Kind kind : inputs::kKinds) {
    CAPTURE(inputs::name(kind));
    for (int round = 0; round < 4; ++round) {
      const Edge<R> gradient(kind, draw, d * d), weights(kind, draw, d * d);
      const R c = inputs::draw<R>(round == 0 ? Kind::ordinary : kind, draw);
      for (const int parts : {1, 2, 3, 5}) {
        Hands hands(parts % 2 == 0 ? Way::threads : Way::reversed, parts);
        check_step(update, d, c, gradient.data(), weights.data(), hands);
      }
    }
  }
}

/// Steps at the edge of what is finite, one weight at a time, in every corner.
template <Real R>
void check_edge(Update<R> update, Index d) {
  using Limits = std::numeric_limits<R>;
  constexpr R kMax = Limits::max();
  CAPTURE(sizeof(R));
  CAPTURE(d);
  Draw draw(7);
  Hands hands(Way::forward, 1);
  int taken = 0, refused = 0;
  const R ulp = kMax * Limits::epsilon() / 2;  // of the largest numbers
  for (int round = 0; round < 300; ++round) {
    std::vector<R> gradient(inputs::size(d * d)), weights(inputs::size(d * d));
    inputs::fill(Kind::ordinary, draw, gradient.data(), d * d);
    for (R& w : weights) w = draw.coin() ? kMax : -kMax / 2;
    // Small steps leave the largest numbers where they are; one step lies around half a unit
    // beyond.
    const auto at = inputs::size(draw.below(d) * d + draw.below(d));
    const auto from = update.layout == Layout::by_input
                          ? at
                          : (at % inputs::size(d)) * inputs::size(d) + at / inputs::size(d);
    weights[at] = draw.coin() ? kMax : -kMax;
    const R half = ulp / 2;
    const R sizes[] = {half,    half * (1 - Limits::epsilon()), half * (1 + Limits::epsilon()), ulp, kMax,
                       kMax / 2};
    const R size = sizes[draw.below(6)];
    gradient[from] = draw.coin() ? size : -size;
    const R c = draw.coin() ? R{1} : R{-1};
    check_step(update, d, c, gradient.data(), weights.data(), hands) ? ++taken : ++refused;
  }
  CHECK(taken > 50);
  CHECK(refused > 50);
}

/// One NaN or infinity, wherever it stands, refuses the whole step.
template <Real R>
void check_not_finite(Update<R> update, Index d) {
  using Limits = std::numeric_limits<R>;
  Draw draw(8);
  Hands hands(Way::forward, 1);
  std::vector<R> gradient(inputs::size(d * d)), weights(inputs::size(d * d));
  inputs::fill(Kind::ordinary, draw, gradient.data(), d * d);
  inputs::fill(Kind::ordinary, draw, weights.data(), d * d);
  for (const R bad : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()}) {
    for (std::size_t at = 0; at < gradient.size(); ++at) {
      for (R* const array : {gradient.data(), weights.data()}) {
        const R good = std::exchange(array[at], bad);
        REQUIRE_FALSE(check_step(update, d, R{0.5}, gradient.data(), weights.data(), hands));
        REQUIRE_FALSE(check_step(update, d, R{0}, gradient.data(), weights.data(), hands));
        array[at] = good;
      }
    }
  }
  REQUIRE_FALSE(check_step(update, d, Limits::infinity(), gradient.data(), weights.data(), hands));
  REQUIRE(check_step(update, d, Limits::denorm_min(), gradient.data(), weights.data(), hands));
}

/// A step of a gradient in registers.
template <Real R, Index D>
bool update_from_registers(R c, R* gradient, R* weights, Hands&) {
  using L = idem::Lanes<R>;
  typename L::Vector registers[D * D / L::kWidth];
  for (Index i = 0; i < D * D / L::kWidth; ++i) registers[i] = L::load(gradient + i * L::kWidth);
  return idem::update_weights<D>(c, registers, weights);
}

/// Calls test(update) for both layouts of the gradient, and for one in registers where it fills them.
template <Real R, Index D, class Test>
void for_layouts(const Test& test) {
  if constexpr (D == 8) test(Update<R>{Layout::by_input, &update_from_registers<R, D>});
  test(Update<R>{Layout::by_input, &idem::update_weights<D, Layout::by_input, R, Hands>});
  test(Update<R>{Layout::by_neuron, &idem::update_weights<D, Layout::by_neuron, R, Hands>});
}

inline constexpr std::array<Index, 12> kDims = {1, 2, 3, 4, 7, 8, 9, 16, 17, 20, 33, 100};

}  // namespace

TEST_CASE("a step is the plain loop for every dimension, input and number of hands") {
  shapes::for_scalars([]<Real R>() {
    shapes::for_each<kDims>([]<Index D>() { for_layouts<R, D>([](Update<R> u) { check_kinds<R>(u, D); }); });
  });
}

TEST_CASE("a step near overflow is taken exactly when every weight stays finite") {
  shapes::for_scalars([]<Real R>() {
    for_layouts<R, 1>([](Update<R> u) { check_edge<R>(u, 1); });
    for_layouts<R, 3>([](Update<R> u) { check_edge<R>(u, 3); });
    for_layouts<R, 8>([](Update<R> u) { check_edge<R>(u, 8); });
    for_layouts<R, 17>([](Update<R> u) { check_edge<R>(u, 17); });
  });
}

TEST_CASE("weights of 3e38 take the step that just fits and refuse the one that just does not") {
  Hands hands(Way::forward, 1);
  const auto step = [&](float g, float w) {
    const bool taken = idem::update_weights<1, Layout::by_input>(1.0f, &g, &w, hands);
    return std::pair(taken, w);
  };
  CHECK(step(-0.4e38f, 3e38f) == std::pair(true, 3.4e38f));
  CHECK(step(-0.5e38f, 3e38f) == std::pair(false, 3e38f));
  CHECK(step(3e38f, 3e38f) == std::pair(true, 0.0f));
  CHECK(step(-3e38f, 3e38f) == std::pair(false, 3e38f));
}

TEST_CASE("one number that is not finite refuses the whole step") {
  shapes::for_scalars([]<Real R>() {
    for_layouts<R, 1>([](Update<R> u) { check_not_finite<R>(u, 1); });
    for_layouts<R, 9>([](Update<R> u) { check_not_finite<R>(u, 9); });
    for_layouts<R, 20>([](Update<R> u) { check_not_finite<R>(u, 20); });
  });
}

TEST_CASE("a gradient of -0 moves a weight as one of +0 does") {
  Hands hands(Way::forward, 1);
  shapes::for_scalars([&]<Real R>() {
    for (const R w : {R{0}, -R{0}, R{1}}) {
      for (const R c : {R{1}, R{-1}, R{0}}) {
        R positive = w, negative = w;
        R plus = R{0}, minus = -R{0};
        REQUIRE(idem::update_weights<1, Layout::by_input>(c, &plus, &positive, hands));
        REQUIRE(idem::update_weights<1, Layout::by_input>(c, &minus, &negative, hands));
        CHECK(inputs::same_bits(positive, negative));
      }
    }
  });
}
