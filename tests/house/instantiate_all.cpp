// SPDX-License-Identifier: Apache-2.0
/// \file  Everything the library offers, compiled: what its objects call and hold can then be
/// looked at.
///
/// `syntax_tree.py` finds what is missing here. Nothing runs: arguments are parameters, so that no
/// call is worked out while compiling. The shapes are small, and multiples of no lanes' width.
#include <idem/idem.hpp>

namespace idem::inline IDEM_TARGET {

template <Real R>
void every_elementary(R* x) {
  x[0] = exp(x[1]) + log(x[2]);
  x[1] = log1p(x[3]) + sin(x[4]);
  x[2] = cos(x[5]) + atan2(x[6], x[7]);
  x[3] = softplus(x[8]) + logistic(x[9]);
  x[4] = fma(x[0], x[1], x[2]) + sqrt(x[3]);
  x[5] = soft_fma(x[0], x[1], x[2]) + soft_sqrt(x[3]);
}

template <Real R>
void every_random(const Stream& stream, std::uint64_t index, R* x, std::uint32_t* words,
                  SpectrumScratch<R, 17>& scratch) {
  const Permutation order(index, words[0], words[1]);
  words[0] = stream.word(index, static_cast<Index>(words[2])) + order(words[3]);
  gaussian_fill(stream, index, x, 19);
  uniform_fill(stream, index, x, 19);
  gaussian_rows(
      stream, [&](Index row) { return static_cast<std::uint64_t>(row); }, x, 5, 19);
  set_gaussian(stream, MatView<R, 17, 17>(x));
  (void)set_spectrum(stream, x[0], x[1], MatView<R, 17, 17>(x), scratch);
}

template <Real R>
void every_kernel(R* x, R* y, R* z, Index count, SpectralScratch<R, 17, 19>& power) {
  const ConstMatView<R, 17, 19> a(x);
  const ConstMatView<R, 19, 21> b(y);
  product(a, b, MatView<R, 17, 21>(z));
  product_transposed(a, ConstMatView<R, 17, 21>(y), MatView<R, 19, 21>(z));
  matrix_vector(a, ConstVecView<R, 19>(y), VecView<R, 17>(z));
  matrix_vector_transposed(a, ConstVecView<R, 17>(y), VecView<R, 19>(z));
  add_rank1(MatView<R, 17, 19>(z), ConstVecView<R, 17>(x), ConstVecView<R, 19>(y));
  add_scaled(x[0], y, z, count);
  add_scaled<19>(x[0], y, z);
  add_multiple(y, x[0], z, count);
  z[0] = sum(x, count) + norm(x, count);
  z[1] = frobenius_norm(a) + distance(a, ConstMatView<R, 17, 19>(y));
  z[2] = spectral_norm(a, 3, power) + inner_product<17, 19>(x, y);
  Digest d;
  d.add(x, count);
  z[3] = static_cast<R>(first_not_finite(x, count)) + static_cast<R>(d.value()) + static_cast<R>(digest(a));
  z[4] = static_cast<R>(all_finite(x, y, count));
}

/// What the solvers work in.
template <Real R>
struct SolverMemory {
  ConjugateGradientMemory<R, 17, 19> gradients;
  KroneckerPreconditioner<R, 17> kronecker;
  LanczosMemory<R, 17, 19, 21> lanczos;
  ReflectionsScratch<R, 19, 17> reflections;
  RotationsTriangle<R, 17> triangle;
};

template <Real R>
void every_solver(R* a, R* b, R* x, Index count, SolverMemory<R>& memory) {
  const auto note = [&](const Solved& solved) {
    *x++ = static_cast<R>(solved.index) + static_cast<R>(solved.status);
  };
  using L = Lanes<R>;
  L::store(x, L::add_where(typename L::Word{1}, L::load(a), L::load(b)));
  note(cholesky<17>(a));
  cholesky_solve<17>(a, b);
  note(ldlt<17>(a));
  ldlt_solve<17>(a, b);
  const PivotReport<R> report = pivot_report<17>(a);
  x[0] = report.smallest + report.largest;
  refine<17>(
      a, [&](R* d) { ldlt_solve<17>(a, d); }, b, x, x + 17);
  reflect(a, memory.reflections);
  note(reflections_solve<19, 17>(a, x));
  memory.triangle.clear();
  memory.triangle.add(b, x[0]);
  note(memory.triangle.solve(b));
  x[1] = memory.triangle.upper()[count] + memory.triangle.right()[count];
  note(memory.kronecker.set(a, b));
  memory.kronecker.apply([&](Index j) { return b[j] < R{0}; }, a, b);
  const auto apply = [&](const R* p, R* w) {
    for (Index i = 0; i < 17 * 19; ++i) w[i] = a[i] * p[i];
  };
  const Extremes<R> extremes = extreme_eigenvalues(apply, memory.lanczos);
  const Converged<R> converged =
      conjugate_gradient(apply, apply, memory.gradients, count, extremes.least + extremes.greatest);
  x[2] = converged.residual;
}

/// Work in two parts, one after the other.
struct TwoParts {
  static constexpr int size() { return 2; }
  template <class Task>
  static void run(Task&& task) {
    task(1);
    task(0);
  }
};

/// All that training one model takes.
template <class Model, Index SliceCount, class Loss>
struct Workbench {
  using R = typename Model::Scalar;
  Model teacher;
  Sgd<Model, SliceCount, Loss> sgd;
  TeacherSamples<Model, SliceCount> samples;
  SampleBuffer<R, Model::kDim, 48> buffer;
  Slice<R, Model::kDim, SliceCount> slice;
};

template <class Model, Index SliceCount, class Loss, class Set>
Status every_step(Workbench<Model, SliceCount, Loss>& bench, Set& set, const Permutation& order) {
  using R = typename Model::Scalar;
  auto& [teacher, sgd, samples, buffer, slice] = bench;
  const ConstVecView<R, Model::kDim> x(buffer.x);
  if (const Status status = sgd.init(); status != Status::ok) return status;
  sgd.model().set_negative(set.size(), true);
  sgd.loss_function() = Loss{};
  const R eta = predict(sgd.model(), x) + mean_loss(sgd.model(), set, buffer, slice);
  if (sgd.feed(x, buffer.y[0]) != Status::ok) sgd.abort_batch();
  if (sgd.feed(buffer.x, buffer.y, sgd.count(), TwoParts{}) != Status::ok) return Status::diverged;
  if (sgd.end_batch(eta, TwoParts{}) != Status::ok) return Status::diverged;
  const Status status = train_epoch(sgd, set, InOrder{}, 7, sgd.loss(), buffer);
  if (status != Status::ok) return status;
  return train_epoch(sgd, set, order, 48, eta, buffer, TwoParts{});
}

template <class Model, Index SliceCount, class Loss>
void every_training(Workbench<Model, SliceCount, Loss>& bench, const Permutation& order) {
  bench.teacher.set_identity();
  bench.samples.set(Stream{1, Purpose::inputs}, bench.teacher, 100);
  (void)every_step(bench, bench.samples, order);
  StoredSamples<typename Model::Scalar, Model::kDim> stored(bench.buffer.x, bench.buffer.y, 48);
  (void)every_step(bench, stored, order);
}

/// All that alternating minimization of one model takes.
template <class Model, class Solver, Index SliceCount, Index Remembered>
struct Minimization {
  using R = typename Model::Scalar;
  static constexpr Index D = Model::kDim;
  Model teacher;
  AlternatingMinimization<Model, Solver, SliceCount, Remembered> trainer;
  TeacherSamples<Model> drawn;
  SampleBuffer<R, D, 5> buffer;
  LanczosMemory<R, D, D, 3> lanczos;

  void use(R* x, Index count) {
    if (trainer.init() != Status::ok) return;
    trainer.model().set_negative(count, true);
    drawn.set(Stream{1, Purpose::inputs}, teacher, count);
    StoredSamples<R, D> stored(x, x + count * D, count);
    // Named, all of it: Clang's temporaries leave a trace of exception handling where none is.
    const AlternatingOptions<R> options{.course = Course::homotopy};
    const AlternatingResult<R> first = trainer.train(drawn, buffer, options);
    const AlternatingResult<R> second = trainer.train(stored, buffer, options);
    x[0] = first.loss + second.loss;
    if constexpr (Solver::kMatrixFree) {
      const Extremes<R> extremes = trainer.extremes(stored, buffer, lanczos);
      x[2] = gradient_descent_step(extremes) + gradient_descent_rate(extremes);
    } else {
      trainer.begin();
      if (trainer.feed(x, x[0]) != Status::ok || trainer.feed(x, x, count) != Status::ok) return;
      const Solved solved = trainer.end();
      x[2] = static_cast<R>(solved.index);
    }
    const auto& constant = trainer;
    const ConstVecView<R, D> input(x);
    const auto weights = constant.weights();
    const auto changed = trainer.weights();
    x[3] = predict(constant.model(), input) + weights.data()[0] + changed.data()[0];
    const Footprint parts = footprint<AlternatingMinimization<Model, Solver, SliceCount, Remembered>>();
    x[4] = static_cast<R>(parts.total());
    x[5] = static_cast<R>(static_cast<int>(cheapest_solver<Model>(count, 4096)));
  }
};

// D = 12: rows of no whole vector, and a factorization in several blocks.
template struct Minimization<ResidualRelu<double, 12>, ByCholesky, 16, 0>;
template struct Minimization<ResidualRelu<float, 12>, ByConjugateGradient, 16, 32>;
template struct Minimization<ResidualRelu<float, 4>, ByCholesky, 0, 0>;
template struct Minimization<ResidualRelu<float, 4>, ByRotations, 0, 0>;
template struct Minimization<ResidualRelu<double, 4>, ByConjugateGradient, 0, 0>;

template <Real R>
void every_trace(const Mat<R, 17, 17>& w, const Mat<R, 17, 17>& teacher, DistanceScratch<R, 17>& scratch,
                 TracePoint<R>* points, const Schedule<R>& schedule) {
  Trace<R> trace(points, 2);
  trace.add({1, schedule.at(2), distance(w, teacher), spectral_distance(w, teacher, scratch)});
  trace.add({2, schedule.next(trace[0].loss, 3), lemma_2_5_step(points->loss, points->distance, 7),
             static_cast<R>(trace.size() + trace.lost())});
}

template <class T>
std::size_t every_size() {
  const Footprint parts = footprint<T>();
  return parts.total();
}

template <Real R>
struct Everything {
  R* x;
  std::uint32_t* words;
  std::uint64_t index;
  std::size_t bytes;
  const char* said;
  Mat<R, 17, 17> w;
  SpectrumScratch<R, 17> spectrum;
  SpectralScratch<R, 17, 19> power;
  SolverMemory<R> solvers;
  DistanceScratch<R, 17> distance;
  TracePoint<R>* points;
  Workbench<ResidualRelu<R, 17>, 0, SquaredError<R>> one_by_one;
  Workbench<ResidualRelu<R, 17>, 32, SquaredError<R>> sliced;
  Workbench<VanillaRelu<R, 17>, 32, LogisticLoss<R>> vanilla;
  Workbench<ResidualRelu<R, 8>, 16, SquaredError<R>> small;

  void use() {
    const Stream stream{index, Purpose::teacher};
    const Permutation order(index, words[0], index);
    every_elementary(x);
    every_random(stream, index, x, words, spectrum);
    every_kernel(x, x + index, x + 2 * index, static_cast<Index>(index), power);
    every_solver(x, x + index, x + 2 * index, static_cast<Index>(index), solvers);
    every_training(one_by_one, order);
    every_training(sliced, order);
    every_training(vanilla, order);
    every_training(small, order);
    every_trace(w, w, distance, points, Schedule<R>{x[0], x[1], words[0]});
    bytes = every_size<Sgd<ResidualRelu<R, 17>>>();
    said = text(check_environment());
    said = text(check_environment<R>());
    said = text(self_test());
  }
};

/// Samples in slices.
template <class Model, Index SliceCount>
struct InSlices {
  using R = typename Model::Scalar;
  Sgd<Model, SliceCount> sgd;
  Slice<R, Model::kDim, SliceCount> slice;

  void use(const R* x, const R* y, R* f, Index count) {
    if (sgd.feed(x, y, count, TwoParts{}) != Status::ok || sgd.end_batch(y[0]) != Status::ok) return;
    auto take = [f](Index s, R value) { f[s] = value; };
    predict(sgd.model(), x, count, slice, take);
  }
};
template struct InSlices<ResidualRelu<float, 8>, 16>;     // a gradient in four patches
template struct InSlices<ResidualRelu<float, 52>, 16>;    // a gradient whose last columns are in patches
template struct InSlices<ResidualRelu<float, 370>, 128>;  // weights so many that they lie in blocks

template struct Everything<float>;
template struct Everything<double>;

// Whole classes: what is const beside what is not, and what nothing above calls.
template class Sgd<ResidualRelu<float, 17>>;
template class Sgd<ResidualRelu<double, 17>, 32, LogisticLoss<double>>;

}  // namespace idem::inline IDEM_TARGET
