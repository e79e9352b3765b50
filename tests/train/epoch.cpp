// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/data/init.hpp>
#include <idem/random/permutation.hpp>
#include <idem/train/epoch.hpp>

#include "../hands.hpp"
#include "../inputs.hpp"
#include "../shapes.hpp"
#include "../twins.hpp"

namespace {

using hands::Hands;
using hands::Way;
using idem::Index;
using idem::InOrder;
using idem::Permutation;
using idem::Real;
using idem::ResidualRelu;
using idem::SampleBuffer;
using idem::Slice;
using idem::Status;
using idem::StoredSamples;
using inputs::Draw;
using inputs::Kind;

constexpr Index kDim = 6, kCount = 203;

/// A set of samples with labels between -2 and 2, and the training of it by the plain loop.
template <Real R>
struct Fixture {
  Fixture() : x(inputs::size(kCount * kDim)), y(inputs::size(kCount)) {
    Draw draw(1);
    inputs::fill(Kind::ordinary, draw, x.data(), kCount * kDim);
    inputs::fill(Kind::ordinary, draw, y.data(), kCount);
  }
  [[nodiscard]] StoredSamples<R, kDim> set(Index count = kCount) const {
    return StoredSamples<R, kDim>(x.data(), y.data(), count);
  }
  template <class Order>
  void twin_epoch(twins::Network<R>& twin, const Order& order, Index count, Index batch, R step) const {
    for (Index first = 0; first < count; first += batch) {
      for (Index p = first; p < first + batch && p < count; ++p) {
        const Index i = order(p);
        twin.feed(x.data() + i * kDim, y[inputs::size(i)]);
      }
      REQUIRE(twin.end_batch(step));
    }
  }
  std::vector<R> x, y;
  R eta = R{1} / R{64};
};

template <Real R, Index SliceCount>
idem::Sgd<ResidualRelu<R, kDim>, SliceCount> trainer;

/// Three epochs, each shuffled anew, through a buffer of one size.
template <Real R, Index SliceCount, Index BufferCount, class E>
void check_epochs(Index batch, E&& executor) {
  CAPTURE(sizeof(R));
  CAPTURE(SliceCount);
  CAPTURE(BufferCount);
  CAPTURE(batch);
  const Fixture<R> f;
  auto set = f.set();
  auto& sgd = trainer<R, SliceCount>;
  static SampleBuffer<R, kDim, BufferCount> buffer;
  REQUIRE(sgd.init() == Status::ok);
  twins::Network<R> twin(kDim, true);
  for (std::uint32_t epoch = 0; epoch < 3; ++epoch) {
    const Permutation order(5, epoch, kCount);
    REQUIRE(idem::train_epoch(sgd, set, order, batch, f.eta, buffer, executor) == Status::ok);
    f.twin_epoch(twin, order, kCount, batch, f.eta);
    REQUIRE(inputs::same_bits(sgd.weights().data(), twin.weights.data(), kDim * kDim));
    REQUIRE(inputs::same_bits(sgd.loss(), twin.loss));
  }
}

}  // namespace

TEST_CASE("an epoch is the plain loop over its order, whatever the buffer, slice and hands") {
  shapes::for_scalars([]<Real R>() {
    // 203 is no multiple of any: the last batch is short; a batch of 203 is gradient descent.
    for (const Index batch : {1, 7, 50, 64, 203}) {
      check_epochs<R, 0, 1>(batch, idem::Serial{});
      check_epochs<R, 0, 64>(batch, idem::Serial{});
      check_epochs<R, 16, 3>(batch, Hands(Way::reversed, 2));
      check_epochs<R, 16, 300>(batch, Hands(Way::threads, 3));
    }
  });
}

TEST_CASE("an epoch needs no executor and takes a lambda for an order") {
  const Fixture<double> f;
  auto set = f.set(40);
  auto& sgd = trainer<double, 0>;
  static SampleBuffer<double, kDim, 8> buffer;
  REQUIRE(sgd.init() == Status::ok);
  const auto backwards = [](Index p) { return 39 - p; };
  REQUIRE(idem::train_epoch(sgd, set, backwards, 16, f.eta, buffer) == Status::ok);
  twins::Network<double> twin(kDim, true);
  f.twin_epoch(twin, backwards, 40, 16, f.eta);
  CHECK(inputs::same_bits(sgd.weights().data(), twin.weights.data(), kDim * kDim));
}

TEST_CASE("a single batch of an order trains on its positions and no others") {
  const Fixture<float> f;
  auto set = f.set();
  auto& sgd = trainer<float, 16>;
  static SampleBuffer<float, kDim, 10> buffer;
  REQUIRE(sgd.init() == Status::ok);
  const Permutation order(5, 9, kCount);
  REQUIRE(idem::train_batch(sgd, set, order, 100, 33, f.eta, buffer) == Status::ok);
  twins::Network<float> twin(kDim, true);
  for (Index p = 100; p < 133; ++p) {
    const Index i = order(p);
    twin.feed(f.x.data() + i * kDim, f.y[inputs::size(i)]);
  }
  REQUIRE(twin.end_batch(f.eta));
  CHECK(inputs::same_bits(sgd.weights().data(), twin.weights.data(), kDim * kDim));
  REQUIRE(idem::train_batch(sgd, set, order, kCount - 1, 1, f.eta, buffer) == Status::ok);
}

TEST_CASE("a batch that reaches beyond the set is refused and changes nothing") {
  const Fixture<double> f;
  auto set = f.set(20);
  auto& sgd = trainer<double, 16>;
  static SampleBuffer<double, kDim, 8> buffer;
  REQUIRE(sgd.init() == Status::ok);
  REQUIRE(idem::train_epoch(sgd, set, InOrder{}, 20, f.eta, buffer) == Status::ok);
  const std::uint64_t before = idem::digest(sgd.weights());
  const auto most = std::numeric_limits<Index>::max(), least = std::numeric_limits<Index>::min();
  for (const Index batch : {Index{21}, Index{0}, Index{-1}, most, least}) {
    CHECK(idem::train_epoch(sgd, set, InOrder{}, batch, f.eta, buffer) == Status::bad_argument);
    CHECK(idem::train_batch(sgd, set, InOrder{}, 0, batch, f.eta, buffer) == Status::bad_argument);
  }
  for (const Index first : {Index{20}, Index{-1}, most, least}) {
    CHECK(idem::train_batch(sgd, set, InOrder{}, first, 1, f.eta, buffer) == Status::bad_argument);
  }
  CHECK(idem::train_batch(sgd, set, InOrder{}, 15, 6, f.eta, buffer) == Status::bad_argument);
  CHECK(idem::train_batch(sgd, set, InOrder{}, 1, most, f.eta, buffer) == Status::bad_argument);
  // Samples that somebody fed before: they stay, and nothing is trained.
  REQUIRE(sgd.feed(f.x.data(), f.y.data(), 3) == Status::ok);
  CHECK(idem::train_batch(sgd, set, InOrder{}, 0, 5, f.eta, buffer) == Status::open_batch);
  CHECK(sgd.count() == 3);
  sgd.abort_batch();
  auto empty = f.set(0);
  CHECK(idem::train_epoch(sgd, empty, InOrder{}, 1, f.eta, buffer) == Status::bad_argument);
  CHECK(idem::digest(sgd.weights()) == before);
}

TEST_CASE("an epoch ends at the batch that fails, with the weights before that batch") {
  Fixture<float> f;
  auto set = f.set();
  auto& sgd = trainer<float, 16>;
  static SampleBuffer<float, kDim, 7> buffer;
  f.x[inputs::size(130 * kDim + 2)] = std::numeric_limits<float>::quiet_NaN();
  REQUIRE(sgd.init() == Status::ok);
  REQUIRE(idem::train_epoch(sgd, set, InOrder{}, 25, f.eta, buffer) == Status::not_finite);
  twins::Network<float> twin(kDim, true);
  f.twin_epoch(twin, InOrder{}, 125, 25, f.eta);
  CHECK(inputs::same_bits(sgd.weights().data(), twin.weights.data(), kDim * kDim));
  CHECK(sgd.count() == 0);

  REQUIRE(sgd.init() == Status::ok);
  CHECK(idem::train_epoch(sgd, set, InOrder{}, 100, std::numeric_limits<float>::max(), buffer) ==
        Status::diverged);
  for (const float w : sgd.weights().reshaped()) CHECK(inputs::same_bits(w, 0.0f));
}

TEST_CASE("the loss over a set is the plain loop, whatever the buffer and slice") {
  shapes::for_scalars([]<Real R>() {
    const Fixture<R> f;
    static ResidualRelu<R, kDim> model;
    model.set_identity();
    Draw draw(2);
    inputs::fill(Kind::ordinary, draw, model.weights().data(), kDim * kDim);
    twins::Network<R> twin(kDim, true);
    twin.weights.assign(model.weights().data(), model.weights().data() + kDim * kDim);
    static SampleBuffer<R, kDim, 1> one;
    static SampleBuffer<R, kDim, 10> ten;
    static SampleBuffer<R, kDim, 1000> all;
    static Slice<R, kDim, 0> none;
    static Slice<R, kDim, 16> slice;
    for (const Index count : {1, 2, 63, 64, 65, 128, 203}) {
      CAPTURE(count);
      auto set = f.set(count);
      const R expected = twin.mean_loss(f.x.data(), f.y.data(), count);
      CHECK(inputs::same_bits(idem::mean_loss(model, set, one, none), expected));
      CHECK(inputs::same_bits(idem::mean_loss(model, set, ten, none), expected));
      CHECK(inputs::same_bits(idem::mean_loss(model, set, one, slice), expected));
      CHECK(inputs::same_bits(idem::mean_loss(model, set, ten, slice), expected));
      CHECK(inputs::same_bits(idem::mean_loss(model, set, all, slice), expected));
    }
  });
}
