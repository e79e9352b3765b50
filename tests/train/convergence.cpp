// SPDX-License-Identifier: Apache-2.0
// [LiYuan17], section 5.2, in small: the residual network finds its teacher, the same network
// without the identity does not. Everything is drawn from stated seeds, so that these runs have but
// one outcome.
#include <doctest/doctest.h>

#include <idem/data/init.hpp>
#include <idem/random/permutation.hpp>
#include <idem/train/epoch.hpp>

#include "../inputs.hpp"

namespace {

using idem::Index;
using idem::Purpose;
using idem::Status;
using idem::Stream;

struct Outcome {
  double loss;      // over samples that were not trained on
  double distance;  // ||W - W*||_F
};

/// Trains a student on `count` samples of a residual teacher for `epochs` epochs.
template <class Student>
Outcome train(std::uint64_t seed, Index count, Index batch, int epochs, typename Student::Scalar eta) {
  using R = typename Student::Scalar;
  constexpr Index D = Student::kDim;
  using Teacher = idem::ResidualRelu<R, D>;
  static Teacher teacher;
  static idem::Sgd<Student, 64> sgd;
  static idem::SpectrumScratch<R, D> scratch;
  static idem::TeacherSamples<Teacher, 64> training, testing;
  static idem::SampleBuffer<R, D, 128> buffer;
  static idem::Slice<R, D, 64> slice;
  const auto rounded = inputs::rounded<R>;

  teacher.set_identity();
  REQUIRE(sgd.init() == Status::ok);
  REQUIRE(idem::set_spectrum(Stream{seed, Purpose::teacher}, rounded(0.54), rounded(0.6), teacher.weights(),
                             scratch) == Status::ok);
  REQUIRE(idem::set_spectrum(Stream{seed, Purpose::init}, rounded(0.39), rounded(0.6), sgd.weights(),
                             scratch) == Status::ok);
  training.set(Stream{seed, Purpose::inputs}, teacher, count);
  testing.set(Stream{seed, Purpose::test_inputs}, teacher, 1000);
  for (int epoch = 0; epoch < epochs; ++epoch) {
    const idem::Permutation order(seed, static_cast<std::uint32_t>(epoch), static_cast<std::uint64_t>(count));
    REQUIRE(idem::train_epoch(sgd, training, order, batch, eta, buffer) == Status::ok);
  }
  const auto& weights = sgd.weights();
  idem::Mat<R, D, D> target = teacher.weights();
  if constexpr (Student::kSkip == idem::Skip::none) {
    for (Index i = 0; i < D; ++i) target(i, i) += R{1};  // it has to find I + W*
  }
  return {static_cast<double>(idem::mean_loss(sgd.model(), testing, buffer, slice)),
          static_cast<double>(idem::distance(weights, target))};
}

}  // namespace

TEST_CASE("a residual network of 20 neurons finds its teacher, to the last digits of double") {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    CAPTURE(seed);
    const Outcome outcome = train<idem::ResidualRelu<double, 20>>(seed, 5000, 50, 60, 0.05);
    CHECK(outcome.loss < 1e-12);
    CHECK(outcome.distance < 1e-6);
  }
}

TEST_CASE("a residual network of 20 neurons finds its teacher in float, to the digits of float") {
  const Outcome outcome = train<idem::ResidualRelu<float, 20>>(1, 5000, 50, 60, 0.05f);
  CHECK(outcome.loss < 1e-9);
  CHECK(outcome.distance < 1e-4);
}

TEST_CASE("of two networks of 32 neurons the residual one learns, the one without identity does not") {
  for (std::uint64_t seed = 1; seed <= (inputs::test_all() ? 5u : 1u); ++seed) {
    CAPTURE(seed);
    const Outcome residual = train<idem::ResidualRelu<double, 32>>(seed, 10000, 100, 80, 0.03);
    CHECK(residual.loss < 1e-11);
    const Outcome vanilla = train<idem::VanillaRelu<double, 32>>(seed, 10000, 100, 80, 0.03);
    CHECK(vanilla.loss > 0.5);
    CHECK(vanilla.distance > 5);
  }
}
