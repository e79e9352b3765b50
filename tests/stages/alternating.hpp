// SPDX-License-Identifier: Apache-2.0
/// \file  Stages of alternating minimization: its systems, and runs of a few iterations by every solver.
#pragma once

#include "stage.hpp"

namespace stages {

/// A model, its teacher, and the samples of one.
template <Real R, Index Dim>
struct Lesson {
  static constexpr Index D = Dim;
  using Model = idem::ResidualRelu<R, D>;
  Model teacher;
  idem::TeacherSamples<Model> samples;

  [[gnu::noinline]] void begin(std::uint64_t seed, Index count) {
    teacher.set_identity();
    fill(Kind::usual, seed, teacher.weights().data(), D * D);
    for (Index i = 0; i < D * D; ++i) {
      R& w = teacher.weights().data()[i];
      w = w * static_cast<R>(0.25);
    }
    // The last neuron too: it lies in the part of a vector that does not fill one.
    for (Index j = 0; j < D; j += 3) teacher.set_negative(j, true);
    samples.set(Stream{seed, Purpose::inputs}, teacher, count);
  }
};

/// Sums of products, one solution with hard gates and a failure; then soft gates and a ridge.
template <Real R>
struct NormalEquations {
  static constexpr Index D = 5, N = D * D;
  Lesson<R, D> lesson;
  idem::ResidualRelu<R, D> model;
  idem::NormalEquations<idem::ResidualRelu<R, D>> system;
  idem::GatedSample<R, D> sample;

  [[gnu::noinline]] void pass(Digest& digest, const idem::Gates<R>& gates, Index count, R ridge) {
    idem::MaskHash hash;
    R x[D], y;
    system.clear();
    for (Index s = 0; s < count; ++s) {
      lesson.samples.get(idem::InOrder{}, s, 1, x, &y);
      sample.set(model, x, gates, hash);
      system.add(x, sample, y - sample.output);
    }
    digest.add_word(hash.value(), 8);
    const idem::Solved solved = system.solve(model, ridge);
    digest.add_word(static_cast<std::uint64_t>(solved.status), 1);
    digest.add_word(static_cast<std::uint64_t>(solved.index), 8);
    if (solved.status != idem::Status::ok) return;
    for (Index q = 0; q < D; ++q) {
      for (Index i = 0; i < D; ++i) {
        const R d = system.solution(q, i);
        digest.add(&d, 1);
      }
    }
  }

  [[gnu::noinline]] void run(Digest& digest) {
    lesson.begin(31, 60);
    model.set_identity();
    for (Index j = 0; j < D; j += 3) model.set_negative(j, true);
    pass(digest, {}, 60, R{0});
    pass(digest, {}, 9, R{0});
    pass(digest, {true, R{2}}, 9, static_cast<R>(0.125));
  }
};

/// One product with hard gates, one with soft ones, at weights that are not zero.
template <Real R>
struct MatrixFree {
  static constexpr Index D = 9;
  Lesson<R, D> lesson;
  idem::MatrixFree<idem::ResidualRelu<R, D>> system;
  R p[D * D], w[D * D];

  [[gnu::noinline]] void run(Digest& digest) {
    lesson.begin(32, 30);
    fill(Kind::usual, 33, p, D * D);
    for (const idem::Gates<R>& gates : {idem::Gates<R>{}, idem::Gates<R>{true, R{2}}}) {
      system.clear(true);
      system.multiply(lesson.teacher, gates, p, w, [&](const auto& f) {
        R x[D];
        for (Index s = 0; s < lesson.samples.size(); ++s) {
          lesson.samples.get_inputs(idem::InOrder{}, s, 1, x);
          f(static_cast<const R*>(x), Index{1});
        }
      });
      digest.add(w, D * D);
    }
  }
};

/// A run from W = 0 on samples that are drawn anew in every pass, several at a time where there are slices.
template <Real R, class Solver, Index D, Index SliceCount>
struct Alternating {
  using Model = idem::ResidualRelu<R, D>;
  static constexpr Index kBuffer = SliceCount > 0 ? 21 : 1;  // a slice and some
  Lesson<R, D> lesson;
  idem::AlternatingMinimization<Model, Solver, SliceCount> net;
  idem::SampleBuffer<R, D, kBuffer> buffer;

  [[gnu::noinline]] void train(Digest& digest, idem::Course course, Index count, Index iterations) {
    lesson.begin(34, count);
    CHECK(net.init() == idem::Status::ok);
    for (Index j = 0; j < D; j += 3) net.model().set_negative(j, true);
    idem::AlternatingOptions<R> options;
    options.course = course;
    options.iterations = iterations;
    options.rate = R{0.5};
    const idem::AlternatingResult<R> result = net.train(lesson.samples, buffer, options);
    digest.add_word(static_cast<std::uint64_t>(result.status), 1);
    digest.add_word(static_cast<std::uint64_t>(result.iterations), 8);
    digest.add_word(static_cast<std::uint64_t>(result.passes), 8);
    digest.add(&result.loss, 1);
    digest.add(net.weights().data(), D * D);
  }
};

/// To the end, in at most 20 iterations.
template <class Base, Index Count>
struct Plain : Base {
  void run(Digest& digest) { this->train(digest, idem::Course::plain, Count, 20); }
};
template <class Base, Index Count, Index Iterations>
struct Homotopy : Base {
  void run(Digest& digest) { this->train(digest, idem::Course::homotopy, Count, Iterations); }
};
/// Two iterations.
template <class Base>
struct Begun : Base {
  void run(Digest& digest) { this->train(digest, idem::Course::plain, 140, 2); }
};

template <Real R>
using ByCholesky = Plain<Alternating<R, idem::ByCholesky, 4, 0>, 40>;
template <Real R>
using ByRotations = Plain<Alternating<R, idem::ByRotations, 4, 0>, 40>;
template <Real R>
using ByConjugateGradient = Plain<Alternating<R, idem::ByConjugateGradient, 5, 0>, 60>;
template <Real R>
using HomotopyCholesky = Homotopy<Alternating<R, idem::ByCholesky, 4, 0>, 40, 30>;
template <Real R>
using HomotopyRotations = Homotopy<Alternating<R, idem::ByRotations, 4, 0>, 40, 4>;
template <Real R>
using HomotopyMatrixFree = Homotopy<Alternating<R, idem::ByConjugateGradient, 5, 0>, 40, 4>;
template <Real R>
using ByCholesky8 = Begun<Alternating<R, idem::ByCholesky, 8, 0>>;
template <Real R>
using CholeskySliced8 = Begun<Alternating<R, idem::ByCholesky, 8, 16>>;
template <Real R>
using ByConjugateGradient8 = Begun<Alternating<R, idem::ByConjugateGradient, 8, 0>>;
template <Real R>
using MatrixFreeSliced8 = Begun<Alternating<R, idem::ByConjugateGradient, 8, 16>>;

#if !defined(STAGES_PART) || STAGES_PART == 5
TEST_CASE("systems of alternating minimization") {
  run<NormalEquations>("normal-equations");
  run<MatrixFree>("matrix-free");
}

TEST_CASE("alternating minimization") {
  run<ByCholesky>("am-cholesky");
  run<ByRotations>("am-rotations");
  run<ByConjugateGradient>("am-matrix-free");
}

TEST_CASE("homotopy") {
  run<HomotopyCholesky>("am-homotopy");
  run<HomotopyRotations>("am-homotopy-rotations");
  run<HomotopyMatrixFree>("am-homotopy-matrix-free");
}

#endif

#if !defined(STAGES_PART) || STAGES_PART == 6
// Streamed and sliced are two ways to one result here too.
TEST_CASE("alternating minimization, d = 8") {
  run<ByCholesky8>("am-cholesky-8");
  run<CholeskySliced8>("am-cholesky-sliced-8");
  run<ByConjugateGradient8>("am-matrix-free-8");
  run<MatrixFreeSliced8>("am-matrix-free-sliced-8");
}
#endif

}  // namespace stages
