// SPDX-License-Identifier: Apache-2.0
/// \file  The linear solves and alternating minimization against OpenBLAS and Eigen, one thread, in turns in one run.
///
/// Ratios and never bare times: each round times both, one after the other, so that a change of clock or a neighbour
/// on the machine meets both. Shown are the median over the rounds and the middle half of them.
#include <Eigen/Cholesky>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <idem/data/init.hpp>
#include <idem/train/alternating_minimization.hpp>

#include "lapack.hpp"
#include "timing.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

/// How many times as fast `ours` is as `theirs`; `factor` of theirs are one of ours.
void race(const std::string& what, int rounds, int times, double factor, const auto& ours,
          const auto& theirs) {
  std::vector<double> ratios;
  ours();
  theirs();
  for (int round = 0; round < rounds; ++round) {
    const double a = seconds_of([&] {
      for (int i = 0; i < times; ++i) ours();
    });
    const double b = seconds_of([&] {
      for (int i = 0; i < times; ++i) theirs();
    });
    ratios.push_back(factor * b / a);
  }
  std::printf("%-58s %7.2f %8.2f to %6.2f\n", what.c_str(), quantile(ratios, 0.5), quantile(ratios, 0.25),
              quantile(ratios, 0.75));
  std::fflush(stdout);
}

template <Real R>
constexpr const char* kScalar = sizeof(R) == 4 ? "float" : "double";

template <Real R, Index N>
void factorizations() {
  using Matrix = Eigen::Matrix<R, Eigen::Dynamic, Eigen::Dynamic>;
  const Index rows = 2 * N;
  std::vector<R> g(static_cast<std::size_t>(rows * N));
  gaussian_rows(
      Stream{1, Purpose::probe}, [](Index r) { return r; }, g.data(), rows, N);
  std::vector<R> packed(static_cast<std::size_t>(kPackedSize<N>)), work(packed.size());
  add_gram<N>(g.data(), rows, packed.data());
  Matrix full(N, N), copy(N, N);
  for (Index i = 0; i < N; ++i) {
    for (Index j = i; j < N; ++j) {
      full(i, j) = full(j, i) = packed[static_cast<std::size_t>(packed_at<N>(i, j))];
    }
  }
  const auto ours = [&] {
    work = packed;
    if (cholesky<N>(work.data()).status != Status::ok) std::abort();
  };
  const int times = static_cast<int>(2e7 / static_cast<double>(N * N * N)) + 1;
  const std::string name = std::string("Cholesky ") + kScalar<R> + " N=" + std::to_string(N);
  if constexpr (lapack::kFound) {
    race(name + ", OpenBLAS potrf", 41, times, 1, ours, [&] {
      copy = full;
      lapack::potrf(static_cast<int>(N), copy.data());
    });
  }
  Eigen::LLT<Matrix> llt(N);
  race(name + ", Eigen LLT", 41, times, 1, ours, [&] { llt.compute(full); });
}

/// d = 20, ||W*||_F = 2, n = 1700, from W = 0.
template <Real R>
void minimization() {
  constexpr Index D = 20, N = D * D, n = 1700, kSlice = 1712;
  using Model = ResidualRelu<R, D>;
  using Free = AlternatingMinimization<Model, ByConjugateGradient, kSlice, kSlice>;
  using Direct = AlternatingMinimization<Model, ByCholesky, kSlice>;
  const auto teacher = std::make_unique<Model>();
  const auto free = std::make_unique<Free>();
  const auto direct = std::make_unique<Direct>();
  const auto buffer = std::make_unique<SampleBuffer<R, D, 1>>();
  teacher->set_identity();
  set_gaussian(Stream{3, Purpose::teacher}, teacher->weights());
  const R size = frobenius_norm(teacher->weights());
  R* const w = teacher->weights().data();
  for (Index i = 0; i < N; ++i) w[i] = w[i] * (R{2} / size);
  std::vector<R> x(static_cast<std::size_t>(n * D)), y(static_cast<std::size_t>(n));
  gaussian_rows(
      Stream{3, Purpose::inputs}, [](Index r) { return r; }, x.data(), n, D);
  for (Index s = 0; s < n; ++s)
    y[static_cast<std::size_t>(s)] =
        predict(*teacher, ConstVecView<R, D>(&x[static_cast<std::size_t>(s * D)]));
  StoredSamples<R, D> set(x.data(), y.data(), n);
  const AlternatingOptions<R> options{.course = Course::plain};
  AlternatingResult<R> result;
  const auto train = [&](auto& trainer) {
    if (trainer.init() != Status::ok) std::abort();
    result = trainer.train(set, *buffer, options);
    if (result.status != Status::ok) std::abort();
  };
  Model sum = *teacher;
  for (Index i = 0; i < D; ++i) sum.weights().data()[i * D + i] += R{1};
  const auto error = [&](const auto& trainer) {
    return static_cast<double>(distance(trainer.weights(), teacher->weights()) /
                               frobenius_norm(sum.weights()));
  };
  train(*direct);
  const auto iterations = static_cast<double>(result.iterations);
  const double direct_error = error(*direct);
  train(*free);
  std::printf(
      "d=20 n=1700 %s: Cholesky %.0f iterations, error %.1e; conjugate gradients %td passes, error %.1e\n",
      kScalar<R>, iterations, direct_error, result.passes, error(*free));
  if constexpr (!lapack::kFound) return;

  // B of the teacher's masks, column-major; what LAPACK does with it takes as long for any masks. To form it is not
  // counted.
  std::vector<R> b(static_cast<std::size_t>(n * N)), work(b.size()), gram(static_cast<std::size_t>(N * N));
  for (Index s = 0; s < n; ++s) {
    GatedSample<R, D> sample;
    MaskHash unused;
    sample.set(*teacher, &x[static_cast<std::size_t>(s * D)], Gates<R>{}, unused);
    for (Index q = 0; q < D; ++q) {
      for (Index i = 0; i < D; ++i) {
        b[static_cast<std::size_t>((q * D + i) * n + s)] =
            sample.gates[q] * x[static_cast<std::size_t>(s * D + i)];
      }
    }
  }
  std::vector<R> right(static_cast<std::size_t>(n)), scratch(static_cast<std::size_t>(n * 64));
  const auto gels = [&] {
    work = b;
    right = y;
    lapack::gels(n, N, work.data(), right.data(), scratch.data(), static_cast<int>(scratch.size()));
  };
  const auto normal = [&] {
    lapack::syrk(n, N, b.data(), gram.data());
    lapack::gemv(n, N, b.data(), y.data(), right.data());
    lapack::potrf(N, gram.data());
    lapack::potrs(N, gram.data(), right.data());
  };
  const std::string name = std::string("AM ") + kScalar<R>;
  race(
      name + " training to the end, as many iterations by gels", 15, 1, iterations, [&] { train(*free); },
      gels);
  race(
      name + " training to the end, ... by syrk and potrf", 31, 1, iterations, [&] { train(*free); }, normal);
  race(
      name + " one system: normal equations, syrk and potrf", 41, 1, 1,
      [&] {
        direct->begin();
        if (direct->feed(x.data(), y.data(), n) != Status::ok) std::abort();
        if (direct->end().status != Status::ok) std::abort();
      },
      normal);
}

template <Real R>
void all() {
  factorizations<R, 64>();
  factorizations<R, 128>();
  factorizations<R, 256>();
  factorizations<R, 400>();
  minimization<R>();
}

}  // namespace
}  // namespace idem::inline IDEM_TARGET

int main(int, char** argv) {
  idem::lapack::set_environment(argv);
  idem::lapack::one_thread();
  std::printf("lanes: %s; %s\n%-58s %7s %18s\n", idem::kTargetName, idem::lapack::name(), "times as fast as",
              "median", "middle half");
  idem::all<float>();
  idem::all<double>();
  return 0;
}
