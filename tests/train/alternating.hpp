// SPDX-License-Identifier: Apache-2.0
/// \file  Teachers, samples and runs of alternating minimization, for its tests.
#pragma once

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include <idem/data/init.hpp>
#include <idem/random/gaussian.hpp>
#include <idem/train/alternating_minimization.hpp>

#include "../inputs.hpp"

namespace alternating {

using idem::Course;
using idem::Index;
using idem::Purpose;
using idem::Real;
using idem::ResidualRelu;
using idem::Status;
using idem::Stream;

/// A teacher with a Gaussian start for weights, and Gaussian samples that it labels.
template <Real R, Index D>
struct Problem {
  using Model = ResidualRelu<R, D>;

  Problem(std::uint64_t seed, Index n, bool signs = true) : count(n), x(inputs::size(n * D)) {
    teacher.set_identity();
    idem::set_gaussian(Stream{seed, Purpose::teacher}, teacher.weights());
    for (Index j = 0; signs && j < D; j += 3) teacher.set_negative(j, true);
    draw(seed, 0);
  }

  /// Other samples.
  void draw(std::uint64_t seed, std::uint64_t first) {
    for (Index s = 0; s < count; ++s) {
      idem::gaussian_fill(Stream{seed, Purpose::inputs}, first + static_cast<std::uint64_t>(s),
                          x.data() + s * D, D);
    }
    label();
  }
  void label() {
    y.clear();
    for (Index s = 0; s < count; ++s) {
      y.push_back(idem::predict(teacher, idem::ConstVecView<R, D>(x.data() + s * D)));
    }
  }

  Model teacher;
  Index count;
  std::vector<R> x, y;
};

/// Samples in memory that come as a set that draws them does: a buffer at a time. Each pass may see others.
template <Real R, Index D>
struct Portions {
  using Scalar = R;
  static constexpr Index kDim = D;

  [[nodiscard]] Index size() const { return problem.count; }
  template <class Order>
  void get(const Order& order, Index first, Index count, R* to_x, R* to_y) {
    if (first == 0) {
      if (passes > 0 && fresh) problem.draw(1000 + static_cast<std::uint64_t>(passes), 0);
      if (++passes == bad_pass) problem.y.at(bad_sample) = std::numeric_limits<R>::quiet_NaN();
    }
    for (Index p = 0; p < count; ++p) {
      const Index i = order(first + p);
      std::memcpy(to_x + p * D, problem.x.data() + i * D, inputs::size(D) * sizeof(R));
      to_y[p] = problem.y[inputs::size(i)];
    }
  }

  Problem<R, D>& problem;
  bool fresh = false;
  int passes = 0, bad_pass = -1;
  std::size_t bad_sample = 0;
};

template <class Trainer>
Trainer object;

/// What came of a run.
template <Real R>
struct Outcome {
  idem::AlternatingResult<R> result;
  std::vector<R> weights;
  R distance;  // ||W - W*||_F
};

/// Trains from the weights `start`, of W = 0 if there are none, with the teacher's signs.
template <class Trainer, class Set, Real R = typename Trainer::R, Index D = Trainer::kDim>
Outcome<R> run(Set& set, const Problem<R, D>& problem, const idem::AlternatingOptions<R>& options,
               const std::vector<R>& start = {}) {
  Trainer& trainer = object<Trainer>;
  static idem::SampleBuffer<R, D, 24> buffer;
  REQUIRE(trainer.init() == Status::ok);
  for (Index j = 0; j < D; ++j) trainer.model().set_negative(j, problem.teacher.negative(j));
  if (!start.empty()) std::memcpy(trainer.weights().data(), start.data(), start.size() * sizeof(R));
  Outcome<R> outcome;
  outcome.result = trainer.train(set, buffer, options);
  const R* const w = trainer.weights().data();
  outcome.weights.assign(w, w + D * D);
  outcome.distance = idem::distance(trainer.weights(), problem.teacher.weights());
  return outcome;
}
template <class Trainer, Real R = typename Trainer::R, Index D = Trainer::kDim>
Outcome<R> run(Problem<R, D>& problem, const idem::AlternatingOptions<R>& options,
               const std::vector<R>& start = {}) {
  Portions<R, D> set{problem};
  return run<Trainer>(set, problem, options, start);
}

template <Real R>
idem::AlternatingOptions<R> plain(Index iterations = 100) {
  idem::AlternatingOptions<R> options;
  options.course = Course::plain;
  options.iterations = iterations;
  return options;
}
template <Real R>
idem::AlternatingOptions<R> homotopy(Index iterations = 100) {
  idem::AlternatingOptions<R> options;
  options.course = Course::homotopy;
  options.iterations = iterations;
  return options;
}

}  // namespace alternating
