// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/train/sgd.hpp>

#include "../hands.hpp"
#include "../inputs.hpp"
#include "../shapes.hpp"
#include "../twins.hpp"

namespace {

using hands::Hands;
using hands::Way;
using idem::Index;
using idem::LogisticLoss;
using idem::Real;
using idem::ResidualRelu;
using idem::Status;
using inputs::Draw;
using inputs::Kind;

template <Real R, Index D, Index SliceCount>
idem::Sgd<ResidualRelu<R, D>, SliceCount, LogisticLoss<R>> trainer;

/// Section 7.1, the logistic loss: residuals feed the gradient, terms the loss.
template <Real R>
struct LogisticTwin {
  R threshold, width;
  Index dim;
  twins::Network<R> network{dim, true};
  std::vector<R> terms{};

  void feed(const R* x, R y) {
    const R t = (network.predict(x) - threshold) / width;
    const R r = (idem::logistic(t) - y) / R{2};
    terms.push_back(idem::fma(-y, t, idem::softplus(t)));
    // The network's own residual is f - label: the label that gives r is f - r only if nothing
    // rounds, so the gradient is made here.
    if (network.residuals.empty()) {
      for (R& g : network.gradient) g = R{0};
    }
    for (Index k = 0; k < dim; ++k) {
      for (Index j = 0; j < dim; ++j) {
        if (!(network.sums[inputs::size(j)] >= R{0})) continue;
        R& g = network.gradient[inputs::size(k * dim + j)];
        g = idem::fma(x[k], r, g);
      }
    }
    network.residuals.push_back(r);
  }
  R end_batch(R eta) {
    const R loss = twins::sum(terms.data(), static_cast<Index>(terms.size())) / static_cast<R>(terms.size());
    terms.clear();
    REQUIRE(network.end_batch(eta));
    return loss;
  }
};

template <Real R, Index kDim, Index SliceCount>
void check_logistic(Hands hands) {
  CAPTURE(sizeof(R));
  CAPTURE(kDim);
  CAPTURE(SliceCount);
  constexpr Index kCount = 150;
  Draw draw(1);
  std::vector<R> x(inputs::size(kCount * kDim)), y(inputs::size(kCount));
  inputs::fill(Kind::ordinary, draw, x.data(), kCount * kDim);
  for (R& label : y) label = draw.coin() ? R{1} : R{0};
  auto& sgd = trainer<R, kDim, SliceCount>;
  REQUIRE(sgd.init() == Status::ok);
  LogisticTwin<R> twin{inputs::rounded<R>(3.7), inputs::rounded<R>(0.6), kDim};
  sgd.loss_function() = {twin.threshold, twin.width};
  for (const Index batch : {1, 16, 70, 63}) {
    static Index at = 0;
    at = batch == 1 ? 0 : at;
    for (Index i = 0; i < batch; ++i) twin.feed(x.data() + (at + i) * kDim, y[inputs::size(at + i)]);
    const R expected = twin.end_batch(R{1} / R{16});
    const Index alone = batch / 3;
    for (Index i = at; i < at + alone; ++i) {
      REQUIRE(sgd.feed(x.data() + i * kDim, y[inputs::size(i)]) == Status::ok);
    }
    REQUIRE(sgd.feed(x.data() + (at + alone) * kDim, y.data() + at + alone, batch - alone, hands) ==
            Status::ok);
    REQUIRE(sgd.end_batch(R{1} / R{16}, hands) == Status::ok);
    REQUIRE(inputs::same_bits(sgd.weights().data(), twin.network.weights.data(), kDim * kDim));
    REQUIRE(inputs::same_bits(sgd.loss(), expected));
    at += batch;
  }
}

}  // namespace

TEST_CASE("training with the logistic loss is the plain loop, streamed and in slices") {
  shapes::for_scalars([]<Real R>() {
    check_logistic<R, 7, 0>(Hands(Way::forward, 1));
    check_logistic<R, 7, 16>(Hands(Way::reversed, 3));
    check_logistic<R, 7, 64>(Hands(Way::threads, 2));
    check_logistic<R, 8, 16>(Hands(Way::forward, 1));
    check_logistic<R, 20, 64>(Hands(Way::forward, 1));
    check_logistic<R, 33, 128>(Hands(Way::threads, 2));
  });
}

TEST_CASE("the residual of a loss is half its derivative") {
  // Central differences of the term in double.
  const idem::SquaredError<double> squared;
  const LogisticLoss<double> logistic{1.5, 0.5};
  const auto term = [](const auto& loss, double f, double y) {
    idem::LongSum<double> sum{};
    loss.add(sum, f, y);
    return sum.value();
  };
  constexpr double kStep = 1e-5;
  for (const double f : {-3.0, 0.0, 1.4, 1.5, 2.0, 6.0}) {
    for (const double y : {0.0, 1.0}) {
      const double by_difference = (term(squared, f + kStep, y) - term(squared, f - kStep, y)) / (2 * kStep);
      CHECK(by_difference == doctest::Approx(2 * squared.residual(f, y)).epsilon(1e-8));
      // The reported term is the cross-entropy; what is made small is that times the width.
      const double slope = 0.5 * (term(logistic, f + kStep, y) - term(logistic, f - kStep, y)) / (2 * kStep);
      CHECK(slope == doctest::Approx(2 * logistic.residual(f, y)).epsilon(1e-7));
    }
  }
}

TEST_CASE("the logistic loss far from its threshold is 0 or the distance, and never NaN") {
  shapes::for_scalars([]<Real R>() {
    const LogisticLoss<R> loss{R{0}, R{1}};
    for (const R f : {R{1000}, R{1e30f}, std::numeric_limits<R>::max()}) {
      CHECK(loss.residual(f, R{1}) == R{0});
      CHECK(loss.residual(f, R{0}) == R{0.5});
      CHECK(loss.residual(-f, R{0}) <= std::numeric_limits<R>::min());
      CHECK(loss.residual(-f, R{1}) == R{-0.5});
      idem::LongSum<R> right{}, wrong{};
      loss.add(right, f, R{1});
      loss.add(wrong, f, R{0});
      CHECK(right.value() == R{0});
      CHECK(wrong.value() == f);
    }
  });
}
