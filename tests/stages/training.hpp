// SPDX-License-Identifier: Apache-2.0
/// \file  Stages of models, solvers and trainers.
#pragma once

#include "stage.hpp"

namespace stages {

/// Forward passes of both models, with signs, on numbers of every kind.
template <Real R>
struct Forward {
  template <class Model>
  [[gnu::noinline]] void pass(Digest& digest, Model& model) {
    constexpr Index D = Model::kDim;
    model.set_identity();
    for (Index j = 0; j < D; j += 3) model.set_negative(j, true);
    for (const Kind kind : kKinds) {
      fill(kind, 1, model.weights().data(), D * D);
      for (std::uint64_t sample = 0; sample < 6; ++sample) {
        R x[D];
        fill(kind, 10 + sample, x, D);
        idem::Mask<D> mask;
        const R f = idem::forward(model, x, mask);
        digest.add(&f, 1);
        for (const std::uint32_t word : mask.words) digest.add_word(word, 4);
      }
    }
  }

  [[gnu::noinline]] void run(Digest& digest) {
    pass(digest, small);
    pass(digest, tail);
    pass(digest, vanilla);
  }

  union {
    idem::ResidualRelu<R, 1> small;
    idem::ResidualRelu<R, 33> tail;
    idem::VanillaRelu<R, 19> vanilla;
  };
};

/// First weights with prescribed singular values, and the norm by power iteration.
template <Real R>
struct Spectrum {
  static constexpr Index kSize = 17;
  idem::Mat<R, kSize, kSize> m;
  idem::SpectrumScratch<R, kSize> scratch;
  idem::SpectralScratch<R, kSize, kSize> power;

  [[gnu::noinline]] void run(Digest& digest) {
    CHECK(idem::set_spectrum(Stream{5, Purpose::init}, static_cast<R>(0.39), static_cast<R>(0.6), m,
                             scratch) == idem::Status::ok);
    digest.add(m.data(), kSize * kSize);
    const R norm = idem::spectral_norm(m, 12, power);
    digest.add(&norm, 1);
  }
};

/// Two epochs in a shuffled order, batches of odd size with a short last one, signs, the loss.
template <Real R, Index D, Index SliceCount, Index Samples, class Loss = idem::SquaredError<R>>
struct Training {
  using Model = idem::ResidualRelu<R, D>;
  Model teacher;
  idem::Sgd<Model, SliceCount, Loss> sgd;
  idem::TeacherSamples<Model> samples;
  idem::SampleBuffer<R, D, (SliceCount > 0 ? 21 : 2)> buffer;

  [[gnu::noinline]] void run(Digest& digest) {
    teacher.set_identity();
    idem::set_gaussian(Stream{7, Purpose::teacher}, teacher.weights());
    samples.set(Stream{7, Purpose::inputs}, teacher, Samples);
    CHECK(sgd.init() == idem::Status::ok);
    if constexpr (requires { sgd.loss_function().width; }) sgd.loss_function() = {R{2}, R{0.5}};
    for (Index j = 0; j < D; j += 3) {
      teacher.set_negative(j, true);
      sgd.model().set_negative(j, true);
    }
    idem::set_gaussian(Stream{7, Purpose::init}, sgd.weights());
    for (std::uint32_t epoch = 0; epoch < 2; ++epoch) {
      const idem::Permutation order(7, epoch, static_cast<std::uint64_t>(Samples));
      CHECK(idem::train_epoch(sgd, samples, order, Samples / 2 - 3, R{1} / static_cast<R>(4 * D), buffer) ==
            idem::Status::ok);
      digest.add(sgd.weights().data(), D * D);
      const R loss = sgd.loss();
      digest.add(&loss, 1);
    }
  }
};

template <Real R>
using Streamed8 = Training<R, 8, 0, 48>;
template <Real R>
using Sliced8 = Training<R, 8, 16, 48>;
template <Real R>
using Logistic8 = Training<R, 8, 0, 48, idem::LogisticLoss<R>>;
template <Real R>
using Streamed17 = Training<R, 17, 0, 32>;
template <Real R>
using Sliced17 = Training<R, 17, 16, 32>;
template <Real R>
using Streamed40 = Training<R, 40, 0, 40>;
template <Real R>
using Sliced40 = Training<R, 40, 64, 40>;

TEST_CASE("models") {
  run<Forward>("forward");
}

TEST_CASE("solvers") {
  run<Spectrum>("spectrum");
}

// Streamed and sliced are two ways to one result: recorded.txt has the same digest for both.
TEST_CASE("training, d = 8") {
  run<Streamed8>("streamed-8");
  run<Sliced8>("sliced-8");
  run<Logistic8>("logistic-8");
}
TEST_CASE("training, d = 17") {
  run<Streamed17>("streamed-17");
  run<Sliced17>("sliced-17");
}
TEST_CASE("training, d = 40") {
  run<Streamed40>("streamed-40");
  run<Sliced40>("sliced-40");
}

}  // namespace stages
