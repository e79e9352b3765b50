// SPDX-License-Identifier: Apache-2.0
/// \file  Jagatap & Hegde (2019) at the paper's size, d = 20, and what idem adds: the homotopy needs fewer samples, and
///        the preconditioner as few passes at every d.
///
/// A line for each setting; the exit status says whether all of it held. Argument: seeds to take of each hundred,
/// seed 1 and on (default 20; the hundred is the claim).
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <idem/idem.hpp>

namespace {

using idem::AlternatingOptions;
using idem::ByCholesky;
using idem::ByConjugateGradient;
using idem::ByRotations;
using idem::Course;
using idem::Index;
using idem::Purpose;
using idem::Real;
using idem::Stream;

int failures = 0;

void report(bool holds, const char* what, double value, double asked) {
  std::printf("%-6s %-76s %10.3g, asked %.3g\n", holds ? "ok" : "FAILED", what, value, asked);
  std::fflush(stdout);
  failures += holds ? 0 : 1;
}

/// Calls work(seed) for seeds 1 to count on all processors; returns how many were true.
int count_seeds(int count, const std::function<bool(unsigned)>& work) {
  std::atomic<int> next{1}, good{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < std::max(1u, std::thread::hardware_concurrency()); ++t) {
    threads.emplace_back([&] {
      for (int seed = next++; seed <= count; seed = next++) good += work(static_cast<unsigned>(seed)) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  return good;
}

/// A teacher with ||W*||_F = norm, n samples of it, and ||W - W*||_F / ||I + W*||_F.
template <Real R, Index D>
struct Problem {
  using Model = idem::ResidualRelu<R, D>;
  Model teacher;
  std::vector<R> x, y;

  Problem(unsigned seed, Index n, double norm, bool signs) {
    teacher.set_identity();
    idem::set_gaussian(Stream{seed, Purpose::teacher}, teacher.weights());
    R* const w = teacher.weights().data();
    const R scale = static_cast<R>(norm) / idem::frobenius_norm(teacher.weights());
    for (Index i = 0; i < D * D; ++i) w[i] = w[i] * scale;
    if (signs) {
      R u[D];
      idem::uniform_fill(Stream{seed, Purpose::signs}, 0, u, D);
      for (Index j = 0; j < D; ++j) teacher.set_negative(j, u[j] < static_cast<R>(0.5));
    }
    x.resize(static_cast<std::size_t>(n * D));
    y.resize(static_cast<std::size_t>(n));
    idem::gaussian_rows(
        Stream{seed, Purpose::inputs}, [](Index r) { return r; }, x.data(), n, D);
    for (Index s = 0; s < n; ++s) {
      y[static_cast<std::size_t>(s)] = idem::predict(teacher, idem::ConstVecView<R, D>(x.data() + s * D));
    }
  }

  [[nodiscard]] idem::StoredSamples<R, D> set() const {
    return {x.data(), y.data(), static_cast<Index>(y.size())};
  }

  template <class W>
  [[nodiscard]] double error(const W& w) const {
    Model sum = teacher;
    for (Index i = 0; i < D; ++i) sum.weights().data()[i * D + i] += R{1};
    return static_cast<double>(idem::distance(w, teacher.weights()) / idem::frobenius_norm(sum.weights()));
  }
};

/// The error that a run of alternating minimization from the identity ends with.
template <Real R, class Solver, Index SliceCount, Index Remembered = 0>
double minimized(unsigned seed, Index n, double norm, bool signs, const AlternatingOptions<R>& options) {
  constexpr Index D = 20;
  const Problem<R, D> problem(seed, n, norm, signs);
  auto set = problem.set();
  const auto trainer = std::make_unique<
      idem::AlternatingMinimization<idem::ResidualRelu<R, D>, Solver, SliceCount, Remembered>>();
  const auto buffer = std::make_unique<idem::SampleBuffer<R, D, 1>>();
  if (trainer->init() != idem::Status::ok) std::abort();
  for (Index j = 0; j < D; ++j) trainer->model().set_negative(j, problem.teacher.negative(j));
  (void)trainer->train(set, *buffer, options);
  return problem.error(trainer->weights());
}

double by_cholesky(unsigned seed, Index n, double norm, bool signs, Course course, Index iterations) {
  const AlternatingOptions<double> options{.course = course, .iterations = iterations, .rate = 0.9};
  return minimized<double, ByCholesky, 512>(seed, n, norm, signs, options);
}

/// Gradient descent from the identity with the step that the spectrum there allows.
double descended(unsigned seed, Index n, bool signs, int epochs) {
  constexpr Index D = 20;
  using Model = idem::ResidualRelu<double, D>;
  const Problem<double, D> problem(seed, n, 2, signs);
  auto set = problem.set();
  const auto spectrum = std::make_unique<idem::AlternatingMinimization<Model, ByConjugateGradient, 512>>();
  const auto memory = std::make_unique<idem::LanczosMemory<double, D, D, 100>>();
  const auto buffer = std::make_unique<idem::SampleBuffer<double, D, 1>>();
  const auto sgd = std::make_unique<idem::Sgd<Model, 512>>();
  if (spectrum->init() != idem::Status::ok || sgd->init() != idem::Status::ok) std::abort();
  for (Index j = 0; j < D; ++j) {
    spectrum->model().set_negative(j, problem.teacher.negative(j));
    sgd->model().set_negative(j, problem.teacher.negative(j));
  }
  const double eta = idem::gradient_descent_step(spectrum->extremes(set, *buffer, *memory));
  for (int epoch = 0; epoch < epochs; ++epoch) {
    if (sgd->feed(problem.x.data(), problem.y.data(), n) != idem::Status::ok) std::abort();
    if (sgd->end_batch(eta) != idem::Status::ok) std::abort();
  }
  return problem.error(sgd->weights());
}

/// Passes of preconditioned conjugate gradients, those for masks counted, until the error is 1e-6, n = 4 d^2.
template <Index D>
double passes(unsigned seed) {
  using Model = idem::ResidualRelu<double, D>;
  const Problem<double, D> problem(seed, 4 * D * D, 2 * std::sqrt(D / 20.0), false);
  auto set = problem.set();
  const auto trainer = std::make_unique<idem::AlternatingMinimization<Model, ByConjugateGradient, 256>>();
  const auto buffer = std::make_unique<idem::SampleBuffer<double, D, 1>>();
  if (trainer->init() != idem::Status::ok) std::abort();
  // So many iterations as lead there: each more is a run of its own, for what a run ends with is what counts.
  for (Index iterations = 6; iterations <= 14; ++iterations) {
    for (Index i = 0; i < D * D; ++i) trainer->weights().data()[i] = 0;
    const AlternatingOptions<double> options{.course = Course::plain, .iterations = iterations};
    const idem::AlternatingResult<double> result = trainer->train(set, *buffer, options);
    if (problem.error(trainer->weights()) > 1e-6) continue;
    // The last pass only measured the loss of what had been found.
    return static_cast<double>(result.passes) - (result.status == idem::Status::not_converged ? 1 : 0);
  }
  return 1e9;
}

template <Index D>
void few_passes() {
  std::vector<double> counts(10);
  count_seeds(10, [&](unsigned seed) {
    counts[seed - 1] = passes<D>(seed);
    return true;
  });
  std::sort(counts.begin(), counts.end());
  const double median = (counts[4] + counts[5]) / 2;
  char text[80];
  std::snprintf(text, sizeof text, "passes to 1e-6, d = %d, n = 4 d^2, median of 10", static_cast<int>(D));
  report(median <= 80, text, median, 80);
}

}  // namespace

int main(int argc, char** argv) {
  const int seeds = argc > 1 ? std::atoi(argv[1]) : 20;
  if (seeds < 1) {
    std::fprintf(stderr, "%s: not a number of seeds, 1 or more\n", argv[1]);
    return 2;
  }
  constexpr double kSuccess = 0.01;
  char text[100];
  for (const bool signs : {false, true}) {
    const char* const kind = signs ? "signs" : "ones";
    for (const Index n : {700, 1200, 1700}) {
      const int good = count_seeds(
          10, [&](unsigned seed) { return by_cholesky(seed, n, 2, signs, Course::plain, 10) < kSuccess; });
      std::snprintf(text, sizeof text, "%s, n = %d: found of 10 in 10 iterations", kind, static_cast<int>(n));
      report(good == 10, text, good, 10);
    }
    const int descents =
        count_seeds(10, [&](unsigned seed) { return descended(seed, 1200, signs, 1000) < kSuccess; });
    std::snprintf(text, sizeof text, "%s, n = 1200: gradient descent, of 10 in 1000 epochs", kind);
    report(descents == 10, text, descents, 10);

    struct Setting {
      Index n;
      double norm, share;
    };
    for (const Setting& setting : {Setting{480, 2, 0.9}, Setting{440, 2, 0.7}, Setting{600, 4, 0.8}}) {
      const int good = count_seeds(seeds, [&](unsigned seed) {
        return by_cholesky(seed, setting.n, setting.norm, signs, Course::homotopy, 200) < kSuccess;
      });
      std::snprintf(text, sizeof text, "%s, n = %d, norm %g: homotopy finds, of %d", kind,
                    static_cast<int>(setting.n), setting.norm, seeds);
      report(good >= setting.share * seeds, text, good, setting.share * seeds);
    }
    for (const Index n : {480, 440}) {
      const int good = count_seeds(seeds, [&](unsigned seed) {
        return by_cholesky(seed, n, 2, signs, Course::plain, 100) < kSuccess;
      });
      std::snprintf(text, sizeof text, "%s, n = %d: plain finds, of %d", kind, static_cast<int>(n), seeds);
      report(good == 0, text, good, 0);
    }
  }
  const AlternatingOptions<float> plain{.course = Course::plain};
  const double errors[] = {minimized<float, ByCholesky, 512>(1, 700, 2, false, plain),
                           minimized<float, ByRotations, 0>(1, 700, 2, false, plain),
                           minimized<float, ByConjugateGradient, 512, 1024>(1, 700, 2, false, plain)};
  const char* const solvers[] = {"Cholesky", "rotations", "conjugate gradients"};
  for (int i = 0; i < 3; ++i) {
    std::snprintf(text, sizeof text, "float, n = 700, %s: error at the end", solvers[i]);
    report(errors[i] <= 1e-6, text, errors[i], 1e-6);
  }
  few_passes<8>();
  few_passes<16>();
  few_passes<32>();
  few_passes<64>();
  return failures == 0 ? 0 : 1;
}
