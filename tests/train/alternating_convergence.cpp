// SPDX-License-Identifier: Apache-2.0
// [JagatapHegde19] in small, from stated seeds: where alternating minimization finds its teacher, and where it does
// not.
#include <doctest/doctest.h>

#include <algorithm>

#include <idem/train/epoch.hpp>

#include "alternating.hpp"

namespace {

using alternating::homotopy;
using alternating::Outcome;
using alternating::plain;
using alternating::Portions;
using alternating::run;
using idem::Index;
using idem::Purpose;
using idem::Real;
using idem::ResidualRelu;
using idem::Status;
using idem::Stream;

constexpr Index D = 8;
using Problem = alternating::Problem<double, D>;
using Cholesky = idem::AlternatingMinimization<ResidualRelu<double, D>, idem::ByCholesky, 16>;

/// The magnitudes of what is left of the labels.
std::vector<double> residuals(const Problem& problem, const std::vector<double>& w) {
  Problem::Model model = problem.teacher;
  std::memcpy(model.weights().data(), w.data(), w.size() * sizeof(double));
  std::vector<double> all;
  for (Index s = 0; s < problem.count; ++s) {
    const idem::ConstVecView<double, D> x(problem.x.data() + s * D);
    const double r = problem.y[inputs::size(s)] - idem::predict(model, x);
    all.push_back(r < 0 ? -r : r);
  }
  return all;
}

/// The samples whose residuals are at most 6 times the median.
Problem screened(const Problem& problem, const std::vector<double>& all) {
  std::vector<double> ordered = all;
  std::sort(ordered.begin(), ordered.end());
  const double most = 6 * ordered[ordered.size() / 2];
  Problem kept = problem;
  kept.x.clear();
  kept.y.clear();
  for (std::size_t s = 0; s < all.size(); ++s) {
    if (all[s] > most) continue;
    const double* const x = problem.x.data() + s * D;
    kept.x.insert(kept.x.end(), x, x + D);
    kept.y.push_back(problem.y[s]);
  }
  kept.count = static_cast<Index>(kept.y.size());
  return kept;
}

/// ||W - W*||_F / ||I + W*||_F.
template <Real R, Index Dim>
double relative(const Outcome<R>& outcome, const alternating::Problem<R, Dim>& problem) {
  idem::Mat<R, Dim, Dim> target = problem.teacher.weights();
  for (Index i = 0; i < Dim; ++i) target(i, i) += R{1};
  return static_cast<double>(outcome.distance) / static_cast<double>(idem::frobenius_norm(target));
}

}  // namespace

TEST_CASE("with 1.2 samples a weight homotopy finds the teacher where the plain course does not") {
  for (const std::uint64_t seed : {1u, 2u, 5u, 8u, 9u, 10u}) {
    CAPTURE(seed);
    Problem problem(seed, 77);
    const auto direct = run<Cholesky>(problem, plain<double>());
    CHECK(direct.result.status != Status::ok);
    CHECK(direct.distance > 0.1);
    const auto found = run<Cholesky>(problem, homotopy<double>());
    CHECK(found.result.status == Status::ok);
    CHECK(found.distance < 1e-13);
    // It is what the automatic course takes for so few.
    const auto automatic = run<Cholesky>(problem, {});
    CHECK(std::memcmp(automatic.weights.data(), found.weights.data(), sizeof(double) * D * D) == 0);
  }
}

TEST_CASE("with noisy labels masks repeat in a cycle, and the lowest loss is kept") {
  using Small = idem::ResidualRelu<double, 5>;
  const auto check = []<class T>() {
    alternating::Problem<double, 5> problem(1, 75);
    for (Index s = 0; s < problem.count; ++s) {
      double noise;
      idem::gaussian_fill(Stream{1, Purpose::probe}, static_cast<std::uint64_t>(s), &noise, 1);
      problem.y[inputs::size(s)] += 0.1 * noise;
    }
    const auto outcome = run<T>(problem, plain<double>());
    CHECK(outcome.result.status == Status::cycle);
    // About the noise, less by the 25 of 75 that the weights take up.
    CHECK(outcome.result.loss < 0.01);
    CHECK(outcome.distance < 1);
    for (Index earlier = 1; earlier < outcome.result.iterations; ++earlier) {
      CHECK(run<T>(problem, plain<double>(earlier)).result.loss >= outcome.result.loss);
    }
  };
  check.operator()<idem::AlternatingMinimization<Small, idem::ByCholesky>>();
  check.operator()<idem::AlternatingMinimization<Small, idem::ByConjugateGradient>>();
}

TEST_CASE(
    "one label that is far off destroys least squares; without the samples that stand out all is well") {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    CAPTURE(seed);
    Problem problem(seed, 250);
    problem.y[17] += 100;
    const auto destroyed = run<Cholesky>(problem, plain<double>());
    CHECK(destroyed.result.status != Status::ok);
    CHECK(destroyed.distance > 1);
    const std::vector<double> all = residuals(problem, destroyed.weights);
    CHECK(std::max_element(all.begin(), all.end()) - all.begin() == 17);
    Problem kept = screened(problem, all);
    CHECK(kept.count < 250);
    CHECK(kept.count > 200);
    const auto mended = run<Cholesky>(kept, plain<double>());
    CHECK(mended.result.status == Status::ok);
    CHECK(mended.distance < 1e-13);
  }
}

TEST_CASE("a set that is drawn anew in each pass never ends, and yet finds its teacher") {
  Problem problem(1, 200);
  Portions<double, D> set{problem, true};
  const auto outcome = run<Cholesky>(set, problem, plain<double>(12));
  CHECK(outcome.result.status == Status::not_converged);
  CHECK(outcome.result.loss < 1e-28);
  CHECK(outcome.distance < 1e-14);
}

TEST_CASE("from far away the teacher is not found, or with its neurons in another order") {
  const auto from_afar = [](std::uint64_t seed) {
    idem::Mat<double, D, D> far;
    idem::set_gaussian(Stream{seed, Purpose::init}, far);
    std::vector<double> start;
    for (Index i = 0; i < D * D; ++i) start.push_back(24 * far.data()[i]);
    Problem problem(1, 200);
    return run<Cholesky>(problem, plain<double>(), start);
  };
  const auto lost = from_afar(1);
  CHECK(lost.result.status == Status::not_converged);
  CHECK(lost.result.loss > 0.1);
  const auto other = from_afar(3);
  CHECK(other.result.status == Status::ok);
  CHECK(other.result.loss < 1e-28);
  CHECK(other.distance > 1);
}

TEST_CASE("float ends at the digits of float, by either solver") {
  using Model = ResidualRelu<float, 20>;
  alternating::Problem<float, 20> problem(1, 700);
  const auto direct =
      run<idem::AlternatingMinimization<Model, idem::ByCholesky, 64>>(problem, plain<float>());
  CHECK(direct.result.status == Status::ok);
  CHECK(relative(direct, problem) < 1e-6);
  const auto free =
      run<idem::AlternatingMinimization<Model, idem::ByConjugateGradient, 64, 700>>(problem, plain<float>());
  CHECK(free.result.status == Status::ok);
  CHECK(relative(free, problem) < 1e-6);
}
