// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <utility>
#include <vector>

#include "../shapes.hpp"
#include "trainer.hpp"

namespace {

using hands::Hands;
using hands::Way;
using idem::Index;
using idem::Real;
using idem::ResidualRelu;
using idem::Status;
using idem::VanillaRelu;
using inputs::Draw;
using inputs::Kind;
using trainer::Erased;

template <Real R>
constexpr R kEta = R{1} / R{128};

/// Calls test(trainer) for a trainer that streams and some that slice, in float and double.
template <class Test>
void for_trainers(const Test& test) {
  shapes::for_scalars([&]<Real R>() {
    test(trainer::erased<ResidualRelu<R, 5>, 0>());
    test(trainer::erased<ResidualRelu<R, 5>, 16>());
    test(trainer::erased<ResidualRelu<R, 8>, 16>());
    test(trainer::erased<VanillaRelu<R, 3>, 16>());
  });
}

/// Samples and weights between -2 and 2, and a trainer that has been fed `count` of them.
template <Real R>
struct Fed {
  Fed(const Erased<R>& trainer, Index count, std::uint64_t seed)
      : t(trainer), x(inputs::size(count * t.d)), y(inputs::size(count)) {
    Draw draw(seed);
    inputs::fill(Kind::ordinary, draw, x.data(), count * t.d);
    inputs::fill(Kind::ordinary, draw, y.data(), count);
    REQUIRE(t.init() == Status::ok);
    inputs::fill(Kind::ordinary, draw, t.weights(), t.d * t.d);
    REQUIRE(t.feed(x.data(), y.data(), count, alone) == Status::ok);
  }
  Erased<R> t;
  std::vector<R> x, y;
  Hands alone{Way::forward, 1};
};

}  // namespace

TEST_CASE("init sets the identity mapping, an empty batch and no loss, whatever was before") {
  for_trainers([]<Real R>(const Erased<R>& t) {
    Fed<R> fed(t, 7, 1);
    t.set_negative(2, true);
    REQUIRE(t.end_batch(kEta<R>, fed.alone) == Status::ok);
    REQUIRE(t.loss() > R{0});
    REQUIRE(t.feed(fed.x.data(), fed.y.data(), 3, fed.alone) == Status::ok);
    REQUIRE(t.init() == Status::ok);
    CHECK(t.count() == 0);
    CHECK(inputs::same_bits(t.loss(), R{0}));
    for (Index i = 0; i < t.d * t.d; ++i) REQUIRE(inputs::same_bits(t.weights()[i], R{0}));
    twins::Network<R> twin(t.d, t.residual);
    twin.feed(fed.x.data(), fed.y[0]);
    REQUIRE(twin.end_batch(kEta<R>));
    REQUIRE(t.feed(fed.x.data(), fed.y.data(), 1, fed.alone) == Status::ok);
    REQUIRE(t.end_batch(kEta<R>, fed.alone) == Status::ok);
    CHECK(inputs::same_bits(t.weights(), twin.weights.data(), t.d * t.d));
    CHECK(inputs::same_bits(t.loss(), twin.loss));
  });
}

TEST_CASE("a sample that is not finite is refused wherever the number stands, and changes nothing") {
  for_trainers([]<Real R>(const Erased<R>& t) {
    using Limits = std::numeric_limits<R>;
    const auto end = [&](Fed<R>& fed) {
      REQUIRE(t.count() == 40);
      REQUIRE(t.end_batch(kEta<R>, fed.alone) == Status::ok);
      std::vector<R> after(t.weights(), t.weights() + t.d * t.d);
      after.push_back(t.loss());
      return after;
    };
    Fed<R> untouched(t, 40, 2);
    const std::vector<R> expected = end(untouched);
    Fed<R> fed(t, 40, 2);
    for (const R bad : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()}) {
      // Alone, in one slice of several parts, in several slices.
      for (const Index count : {1, 3, 4, 7, 16, 19, 40}) {
        for (const int parts : {1, 3}) {
          Hands hands(Way::forward, parts);
          const auto refuse = [&](R& number) {
            const R good = std::exchange(number, bad);
            REQUIRE(t.feed(fed.x.data(), fed.y.data(), count, hands) == Status::not_finite);
            number = good;
          };
          for (Index at = 0; at < count * t.d; at += count == 40 ? 7 : 1) refuse(fed.x[inputs::size(at)]);
          for (Index at = 0; at < count; ++at) refuse(fed.y[inputs::size(at)]);
        }
      }
    }
    const std::vector<R> after = end(fed);
    CHECK(inputs::same_bits(after.data(), expected.data(), static_cast<Index>(after.size())));
  });
}

TEST_CASE("samples are not refused for what weights make of them") {
  for_trainers([]<Real R>(const Erased<R>& t) {
    constexpr R kLargest = std::numeric_limits<R>::max();
    for (const R weight : {kLargest, -kLargest, std::numeric_limits<R>::infinity()}) {
      Fed<R> fed(t, 7, 3);
      for (Index i = 0; i < t.d * t.d; ++i) t.weights()[i] = weight;
      for (R& number : fed.x) number = kLargest;
      CHECK(t.feed(fed.x.data(), fed.y.data(), 7, fed.alone) == Status::ok);
      CHECK(t.count() == 14);
    }
  });
}

TEST_CASE("a step of a size that is not finite is refused and changes nothing") {
  for_trainers([]<Real R>(const Erased<R>& t) {
    using Limits = std::numeric_limits<R>;
    Fed<R> fed(t, 9, 3);
    const std::vector<unsigned char> before = t.state();
    for (const R eta : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()}) {
      CHECK(t.end_batch(eta, fed.alone) == Status::not_finite);
    }
    CHECK(t.state() == before);
    CHECK(t.end_batch(kEta<R>, fed.alone) == Status::ok);
  });
}

TEST_CASE("a batch without a sample cannot end") {
  for_trainers([]<Real R>(const Erased<R>& t) {
    Fed<R> fed(t, 9, 4);
    REQUIRE(t.end_batch(kEta<R>, fed.alone) == Status::ok);
    const std::vector<unsigned char> before = t.state();
    CHECK(t.end_batch(kEta<R>, fed.alone) == Status::empty_batch);
    CHECK(t.end_batch(std::numeric_limits<R>::quiet_NaN(), fed.alone) == Status::empty_batch);
    CHECK(t.feed(fed.x.data(), fed.y.data(), 0, fed.alone) == Status::ok);
    CHECK(t.feed(nullptr, nullptr, 0, fed.alone) == Status::ok);
    CHECK(t.end_batch(kEta<R>, fed.alone) == Status::empty_batch);
    CHECK(t.feed(fed.x.data(), fed.y.data(), -1, fed.alone) == Status::bad_argument);
    CHECK(t.feed(nullptr, nullptr, std::numeric_limits<Index>::min(), fed.alone) == Status::bad_argument);
    CHECK(t.state() == before);
  });
}

TEST_CASE("a step that diverges keeps the weights bit for bit, and the next batch works") {
  for_trainers([]<Real R>(const Erased<R>& t) {
    using Limits = std::numeric_limits<R>;
    Fed<R> fed(t, 9, 5);
    t.weights()[1] = -R{0};
    const std::vector<R> weights(t.weights(), t.weights() + t.d * t.d);
    CHECK(t.end_batch(Limits::max(), fed.alone) == Status::diverged);
    CHECK(std::memcmp(t.weights(), weights.data(), weights.size() * sizeof(R)) == 0);
    CHECK(t.count() == 0);
    // A label so large that its square overflows, and then the gradient too.
    REQUIRE(t.feed(fed.x.data(), fed.y.data(), 9, fed.alone) == Status::ok);
    std::vector<R> large(5, Limits::max());
    REQUIRE(t.feed(fed.x.data(), large.data(), 5, fed.alone) == Status::ok);
    CHECK(t.end_batch(R{1}, fed.alone) == Status::diverged);
    CHECK(t.loss() == Limits::infinity());
    CHECK(std::memcmp(t.weights(), weights.data(), weights.size() * sizeof(R)) == 0);

    twins::Network<R> twin(t.d, t.residual);
    twin.weights = weights;
    for (Index i = 0; i < 9; ++i) twin.feed(fed.x.data() + i * t.d, fed.y[inputs::size(i)]);
    REQUIRE(twin.end_batch(kEta<R>));
    REQUIRE(t.feed(fed.x.data(), fed.y.data(), 9, fed.alone) == Status::ok);
    CHECK(t.end_batch(kEta<R>, fed.alone) == Status::ok);
    CHECK(inputs::same_bits(t.weights(), twin.weights.data(), t.d * t.d));
    CHECK(inputs::same_bits(t.loss(), twin.loss));
  });
}

TEST_CASE("weights that are not finite never take a step, and stay as they were set") {
  for_trainers([]<Real R>(const Erased<R>& t) {
    using Limits = std::numeric_limits<R>;
    for (const R bad : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()}) {
      for (const Index at : {Index{0}, t.d - 1, t.d * t.d - 1}) {
        Fed<R> fed(t, 1, 6);
        t.abort_batch();
        t.weights()[at] = bad;
        const std::vector<R> weights(t.weights(), t.weights() + t.d * t.d);
        REQUIRE(t.feed(fed.x.data(), fed.y.data(), 1, fed.alone) == Status::ok);
        REQUIRE(t.end_batch(kEta<R>, fed.alone) == Status::diverged);
        REQUIRE(std::memcmp(t.weights(), weights.data(), weights.size() * sizeof(R)) == 0);
      }
    }
  });
}

TEST_CASE("a batch that is forgotten leaves no trace") {
  for_trainers([]<Real R>(const Erased<R>& t) {
    Fed<R> fed(t, 30, 7);
    const std::vector<R> weights(t.weights(), t.weights() + t.d * t.d);
    t.abort_batch();
    CHECK(t.count() == 0);
    CHECK(t.end_batch(kEta<R>, fed.alone) == Status::empty_batch);
    twins::Network<R> twin(t.d, t.residual);
    twin.weights = weights;
    for (Index i = 0; i < 3; ++i) twin.feed(fed.x.data() + i * t.d, fed.y[inputs::size(i)]);
    REQUIRE(twin.end_batch(kEta<R>));
    REQUIRE(t.feed(fed.x.data(), fed.y.data(), 3, fed.alone) == Status::ok);
    REQUIRE(t.end_batch(kEta<R>, fed.alone) == Status::ok);
    CHECK(inputs::same_bits(t.weights(), twin.weights.data(), t.d * t.d));
    CHECK(inputs::same_bits(t.loss(), twin.loss));
  });
}

TEST_CASE("samples that wait for one another are in the batch, however many and whatever comes between") {
  const auto check = []<Real R>(const Erased<R>& t) {
    CAPTURE(t.d);
    CAPTURE(t.slice);
    constexpr Index kMost = 50;
    constexpr R kNaN = std::numeric_limits<R>::quiet_NaN();
    Fed<R> fed(t, kMost, 10);
    std::vector<R> bad = fed.x;
    bad.back() = kNaN;
    twins::Network<R> twin(t.d, t.residual);
    for (Index j = 1; j < t.d; j += 3) {
      t.set_negative(j, true);
      twin.negative[inputs::size(j)] = 1;
    }
    const auto feed = [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) twin.feed(fed.x.data() + i * t.d, fed.y[inputs::size(i)]);
      REQUIRE(t.feed(fed.x.data() + first * t.d, fed.y.data() + first, count, fed.alone) == Status::ok);
      REQUIRE(t.count() == first + count);
    };
    const auto end = [&] {
      REQUIRE(twin.end_batch(kEta<R>));
      REQUIRE(t.end_batch(kEta<R>, fed.alone) == Status::ok);
      REQUIRE(t.count() == 0);
      REQUIRE(inputs::same_bits(t.weights(), twin.weights.data(), t.d * t.d));
      REQUIRE(inputs::same_bits(t.loss(), twin.loss));
    };
    t.abort_batch();
    twin.weights.assign(t.weights(), t.weights() + t.d * t.d);
    for (Index n = 1; n <= 34; ++n) {
      CAPTURE(n);
      for (Index i = 0; i < n; ++i) feed(i, 1);
      end();
      // Refusals, a batch that is forgotten, and a copy that comes back.
      for (Index i = 0; i < n; ++i) REQUIRE(t.feed(fed.x.data(), fed.y.data(), 1, fed.alone) == Status::ok);
      t.abort_batch();
      REQUIRE(t.end_batch(kEta<R>, fed.alone) == Status::empty_batch);
      for (Index i = 0; i < n; ++i) {
        feed(i, 1);
        REQUIRE(t.feed(fed.x.data(), &kNaN, 1, fed.alone) == Status::not_finite);
        REQUIRE(t.feed(bad.data() + (kMost - 1) * t.d, fed.y.data(), 1, fed.alone) == Status::not_finite);
        REQUIRE(t.feed(bad.data(), fed.y.data(), kMost, fed.alone) == Status::not_finite);
        REQUIRE(t.end_batch(kNaN, fed.alone) == Status::not_finite);
        REQUIRE(t.count() == i + 1);
      }
      const std::vector<unsigned char> copy = t.state();
      REQUIRE(t.feed(fed.x.data(), fed.y.data(), kMost, fed.alone) == Status::ok);
      REQUIRE(t.end_batch(kEta<R>, fed.alone) != Status::empty_batch);
      std::memcpy(t.bytes, copy.data(), copy.size());
      end();
      // Others behind them: few, as many as fill what waits, many.
      for (const Index more : {Index{3}, Index{4}, Index{15}, Index{16}, kMost - n}) {
        for (Index i = 0; i < n; ++i) feed(i, 1);
        if (n + more <= kMost) feed(n, more);
        end();
      }
    }
  };
  shapes::for_scalars([&]<Real R>() {
    check(trainer::erased<ResidualRelu<R, 5>, 16>());
    check(trainer::erased<ResidualRelu<R, 20>, 32>());
    check(trainer::erased<VanillaRelu<R, 8>, 16>());
    check(trainer::erased<ResidualRelu<R, 33>, idem::kUsualSlice<R, 33>>());
    check(trainer::erased<VanillaRelu<R, 33>, idem::kUsualSlice<R, 33>>());
  });
}

TEST_CASE("a gradient that underflows to -0 steps like +0, streamed or in slices") {
  shapes::for_scalars([]<Real R>() {
    constexpr R kLeast = std::numeric_limits<R>::denorm_min();
    Hands alone(Way::forward, 1);
    const auto check = [&](const Erased<R>& t) {
      REQUIRE(t.init() == Status::ok);
      t.weights()[0] = -R{0};
      // z = x is on, r = x - y = -x, and x r vanishes below zero; then samples that sleep, whose
      // zeros a slice adds and a stream leaves out.
      const R x[] = {kLeast, kLeast, -R{1}, -R{1}, -R{1}};
      const R y[] = {2 * kLeast, 2 * kLeast, R{0}, R{0}, R{0}};
      for (const Index count : {1, 2, 5}) {
        REQUIRE(t.feed(x, y, count, alone) == Status::ok);
        REQUIRE(t.end_batch(R{1}, alone) == Status::ok);
        REQUIRE(inputs::same_bits(t.weights()[0], -R{0}));
      }
    };
    check(trainer::erased<ResidualRelu<R, 1>, 0>());
    check(trainer::erased<ResidualRelu<R, 1>, 16>());
  });
}

TEST_CASE("a step may be of any finite size, none and negative included") {
  for_trainers([]<Real R>(const Erased<R>& t) {
    for (const R eta : {R{0}, -R{0}, -kEta<R>, std::numeric_limits<R>::denorm_min()}) {
      Fed<R> fed(t, 8, 8);
      twins::Network<R> twin(t.d, t.residual);
      twin.weights.assign(t.weights(), t.weights() + t.d * t.d);
      for (Index i = 0; i < 8; ++i) twin.feed(fed.x.data() + i * t.d, fed.y[inputs::size(i)]);
      REQUIRE(twin.end_batch(eta));
      REQUIRE(t.end_batch(eta, fed.alone) == Status::ok);
      CHECK(inputs::same_bits(t.weights(), twin.weights.data(), t.d * t.d));
    }
  });
}

TEST_CASE("the trainer's documentation compiles, and its caller needs no executor") {
  static idem::Sgd<ResidualRelu<float, 8>> sgd;
  REQUIRE(sgd.init() == Status::ok);
  const idem::Vec<float, 8> x = idem::Vec<float, 8>::Ones();
  CHECK(sgd.feed(x, 8.0f) == Status::ok);
  CHECK(sgd.feed(x.data(), x.data(), 1) == Status::ok);
  CHECK(sgd.count() == 2);
  CHECK(sgd.end_batch(0.05f) == Status::ok);
  // Residuals 0 and 7.
  CHECK(sgd.loss() == 24.5f);
  const auto& fixed = std::as_const(sgd);
  CHECK(fixed.weights()(0, 0) == idem::fma(-0.05f, 7.0f, 0.0f));
  CHECK(fixed.model().weights()(7, 7) == fixed.weights()(0, 0));
  static_assert(decltype(sgd)::kDim == 8 && decltype(sgd)::kSlice == 0);
  constexpr bool kTogether = !idem::Lanes<float>::kAlone && idem::kHardwareFma<float>;
  static_assert(idem::Sgd<ResidualRelu<float, 100>>::kSlice == (kTogether ? 16 : 0));
}

TEST_CASE("a trainer with slices and no executor is the plain loop too") {
  static idem::Sgd<ResidualRelu<float, 5>, 16> sgd;
  REQUIRE(sgd.init() == Status::ok);
  Draw draw(9);
  std::vector<float> x(50 * 5), y(50);
  inputs::fill(Kind::ordinary, draw, x.data(), 250);
  inputs::fill(Kind::ordinary, draw, y.data(), 50);
  twins::Network<float> twin(5, true);
  for (Index i = 0; i < 50; ++i) twin.feed(x.data() + 5 * i, y[inputs::size(i)]);
  REQUIRE(twin.end_batch(0.05f));
  REQUIRE(sgd.feed(x.data(), y.data(), 50) == Status::ok);
  REQUIRE(sgd.end_batch(0.05f) == Status::ok);
  CHECK(inputs::same_bits(sgd.weights().data(), twin.weights.data(), 25));
  CHECK(inputs::same_bits(sgd.loss(), twin.loss));
}
