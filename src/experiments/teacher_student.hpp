// SPDX-License-Identifier: Apache-2.0
/// \file  The problem of [JagatapHegde19] section IV, and the algorithms that are tried on it.
#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <vector>

#include <idem/data/init.hpp>
#include <idem/train/alternating_minimization.hpp>
#include <idem/train/gradient_descent.hpp>

#include "interrupt.hpp"

namespace idem::inline IDEM_TARGET {

/// Experiments end with one line where the floating-point environment is not fit.
inline void demand(Status status) {
  if (status != Status::ok) throw std::runtime_error(text(status));
}

/// What one problem is drawn from.
struct ProblemOptions {
  std::uint64_t seed;
  Index samples;
  double norm;                ///< ||W*||_F
  bool random_signs = false;  ///< else all +1
  bool random_init = false;   ///< else W = 0
  double noise = 0;           ///< standard deviation of what is added to labels
};

/// A teacher, where the student begins, and the samples, stored: gradient descent looks at them a thousand
/// times.
template <Real R, Index D>
class Problem {
 public:
  using Model = ResidualRelu<R, D>;
  using Buffer = SampleBuffer<R, D, 256>;

  /// Gaussian inputs, and a Gaussian teacher of the norm asked for; noise is component 0 of sample i of its
  /// stream. The random start has elements N(0, 1) / D, and so is about 1 away from the identity, as the
  /// paper's.
  void set(const ProblemOptions& o) {
    options_ = o;
    teacher_.set_identity();
    start_.set_identity();
    set_gaussian(Stream{o.seed, Purpose::teacher}, teacher_.weights());
    const R scale = static_cast<R>(o.norm) / frobenius_norm(teacher_.weights());
    R* const w = teacher_.weights().data();
    for (Index i = 0; i < D * D; ++i) w[i] = scale * w[i];
    if (o.random_init) set_gaussian(Stream{o.seed, Purpose::init}, start_.weights());
    if (o.random_signs) {
      R u[D];
      uniform_fill(Stream{o.seed, Purpose::signs}, 0, u, D);
      for (Index j = 0; j < D; ++j) {
        teacher_.set_negative(j, u[j] < R{1} / R{2});
        start_.set_negative(j, u[j] < R{1} / R{2});
      }
    }
    x_.resize(static_cast<std::size_t>(o.samples * D));
    y_.resize(static_cast<std::size_t>(o.samples));
    draw(0);
  }

  /// The samples from `first` on, instead of those before.
  void draw(std::uint64_t first) {
    const Index n = options_.samples;
    gaussian_rows(
        Stream{options_.seed, Purpose::inputs},
        [&](Index p) { return first + static_cast<std::uint64_t>(p); }, x_.data(), n, D);
    predict(teacher_, x_.data(), n, slice_, [&](Index s, R f) { y_[static_cast<std::size_t>(s)] = f; });
    if (options_.noise == 0) return;
    for (Index i = 0; i < n; ++i) {
      R g;
      gaussian_fill(Stream{options_.seed, Purpose::noise}, first + static_cast<std::uint64_t>(i), &g, 1);
      y_[static_cast<std::size_t>(i)] =
          fma(static_cast<R>(options_.noise), g, y_[static_cast<std::size_t>(i)]);
    }
  }

  [[nodiscard]] const Model& teacher() const { return teacher_; }
  [[nodiscard]] const Model& start() const { return start_; }
  [[nodiscard]] Index samples() const { return options_.samples; }
  [[nodiscard]] const R* x(Index i) const { return x_.data() + i * D; }
  [[nodiscard]] R& y(Index i) { return y_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] StoredSamples<R, D> set() const { return {x_.data(), y_.data(), options_.samples}; }

  /// ||W - W*||_F / ||I + W*||_F
  template <Dense W>
  [[nodiscard]] double error(const W& weights) const {
    const ConstMatView<R, D, D> truth = teacher_.weights();
    return static_cast<double>(distance(weights, truth)) / static_cast<double>(length());
  }

  /// ||I + W*||_F
  [[nodiscard]] R length() const {
    const R* const w = teacher_.weights().data();
    return detail::matrix_norm<D, D, R>(
        [&](Index i, Index q) { return i == q ? R{1} + w[i * D + q] : w[i * D + q]; });
  }

  /// Room that algorithms share.
  [[nodiscard]] Buffer& buffer() { return buffer_; }
  [[nodiscard]] Slice<R, D, 256>& slice() { return slice_; }

 private:
  ProblemOptions options_{};
  Model teacher_;
  Model start_;
  std::vector<R> x_;
  std::vector<R> y_;
  Buffer buffer_;
  Slice<R, D, 256> slice_;
};

/// Relative error below which a trial is a success.
inline constexpr double kSuccess = 0.01;

template <class Model>
using Direct = AlternatingMinimization<Model, ByCholesky, 256>;

/// Alternating minimization from the start; returns the relative error of W after at most `iterations`
/// systems.
template <Real R, Index D, class Trainer>
double alternate(Problem<R, D>& problem, Trainer& trainer, Course course, Index iterations) {
  demand(trainer.init());
  trainer.model() = problem.start();
  AlternatingOptions<R> options;
  options.course = course;
  options.iterations = iterations;
  options.rate = static_cast<R>(0.9);
  StoredSamples<R, D> set = problem.set();
  (void)trainer.train(set, problem.buffer(), options);
  return problem.error(trainer.weights());
}

/// One iteration by the samples as they are; W stays where the system is singular.
template <Real R, Index D, class Trainer>
Status iterate(Problem<R, D>& problem, Trainer& trainer) {
  trainer.begin();
  demand(trainer.feed(problem.x(0), &problem.y(0), problem.samples()));
  return trainer.end().status;
}

/// Gradient descent with the whole set as one batch, and what its step is computed with.
template <Real R, Index D>
struct Descent {
  using Model = ResidualRelu<R, D>;
  Sgd<Model, 256> sgd;
  AlternatingMinimization<Model, ByConjugateGradient, 256> spectrum;
  LanczosMemory<R, D, D, 100> memory;
  R step;

  /// At the start, with the step that the spectrum at W = 0 gives.
  void begin(Problem<R, D>& problem) {
    demand(spectrum.init());
    for (Index j = 0; j < D; ++j) spectrum.model().set_negative(j, problem.start().negative(j));
    StoredSamples<R, D> set = problem.set();
    const Extremes<R> extremes = spectrum.extremes(set, problem.buffer(), memory);
    demand(extremes.status);
    step = gradient_descent_step(extremes);
    demand(sgd.init());
    sgd.model() = problem.start();
  }

  /// One epoch, unless the user wants an end. Returns whether it went well; W stays where it diverges.
  bool epoch(Problem<R, D>& problem) {
    if (stop_requested()) return false;
    demand(sgd.feed(problem.x(0), &problem.y(0), problem.samples()));
    return sgd.end_batch(step) == Status::ok;
  }

  /// The relative error after some epochs.
  double run(Problem<R, D>& problem, std::uint32_t epochs) {
    begin(problem);
    for (std::uint32_t e = 0; e < epochs && epoch(problem); ++e) {
    }
    return problem.error(sgd.weights());
  }
};

}  // namespace idem::inline IDEM_TARGET
