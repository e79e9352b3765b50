// SPDX-License-Identifier: Apache-2.0
/// \file  Prints the digest of everything the contract covers, in every way of computing it.
///
/// A line is `case scalar how digest`. Whatever the build, all lines of one case and scalar must
/// carry the digest that recorded.txt has for them.
#include <cstdint>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

#include <idem/idem.hpp>

namespace idem::inline IDEM_TARGET {
namespace {

template <Real R>
constexpr const char* kScalar = sizeof(R) == 4 ? "float" : "double";

void print(const char* name, const char* scalar, const char* how, std::uint64_t value) {
  std::printf("%s %s %s %016llx\n", name, scalar, how, static_cast<unsigned long long>(value));
}

/// Parts on threads of their own, as unlike the calling thread's order as can be. A task is called through a
/// pointer: so threads are compiled once, and a task in one place.
struct Threads {
  int count;
  [[nodiscard]] int size() const { return count; }
  template <class Task>
  void run(const Task& task) const {
    run(&task, [](const void* any, int part) { (*static_cast<const Task*>(any))(part); });
  }

 private:
  void run(const void* task, void (*call)(const void* task, int part)) const {
    std::vector<std::thread> others;
    for (int part = count - 1; part > 0; --part) others.emplace_back(call, task, part);
    call(task, 0);
    for (std::thread& other : others) other.join();
  }
};

/// The program of the README.
template <Real R>
void readme() {
  using Model = ResidualRelu<R, 8>;
  static Model teacher;
  static Sgd<Model> sgd;
  static TeacherSamples<Model> samples;
  static SampleBuffer<R, 8, 16> buffer;
  static SpectrumScratch<R, 8> scratch;
  teacher.set_identity();
  bool good = set_spectrum(Stream{1, Purpose::teacher}, static_cast<R>(0.54), static_cast<R>(0.6),
                           teacher.weights(), scratch) == Status::ok;
  samples.set(Stream{1, Purpose::inputs}, teacher, 32000);
  good = good && sgd.init() == Status::ok;
  good = good && train_epoch(sgd, samples, InOrder{}, 16, static_cast<R>(0.05), buffer) == Status::ok;
  print("readme", kScalar<R>, good ? "streamed" : "failed", digest(sgd.weights()));
}

/// A few steps from a Gaussian start, with signs, on a shuffled set whose last batch is short.
template <Real R, Index D, Index SliceCount>
void steps(const char* name, Index count, Index batch, int threads, const char* how) {
  using Model = ResidualRelu<R, D>;
  static Model teacher;
  static Sgd<Model, SliceCount> sgd;
  static TeacherSamples<Model, SliceCount> samples;
  static SampleBuffer<R, D, (SliceCount > 0 ? SliceCount : 1)> buffer;
  teacher.set_identity();
  set_gaussian(Stream{7, Purpose::teacher}, teacher.weights());
  samples.set(Stream{7, Purpose::inputs}, teacher, count);
  bool good = sgd.init() == Status::ok;
  for (Index j = 0; j < D; j += 3) {
    teacher.set_negative(j, true);
    sgd.model().set_negative(j, true);
  }
  set_gaussian(Stream{7, Purpose::init}, sgd.weights());
  for (std::uint32_t epoch = 0; epoch < 2; ++epoch) {
    const Permutation order(7, epoch, static_cast<std::uint64_t>(count));
    good = good && train_epoch(sgd, samples, order, batch, R{1} / static_cast<R>(4 * D), buffer,
                               Threads{threads}) == Status::ok;
  }
  Digest d;
  d.add(sgd.weights().data(), D * D);
  const R loss = sgd.loss();
  d.add(&loss, 1);
  print(name, kScalar<R>, good ? how : "failed", d.value());
}

template <Real R, Index D>
void every_way(const char* name, Index count, Index batch) {
  steps<R, D, 0>(name, count, batch, 1, "streamed");
  steps<R, D, 64>(name, count, batch, 1, "threads=1");
  steps<R, D, 64>(name, count, batch, 2, "threads=2");
  steps<R, D, 64>(name, count, batch, 3, "threads=3");
}

/// Elementary functions over numbers of every size and sign.
template <Real R>
void elementary() {
  Digest d;
  for (std::uint64_t i = 0; i < 500; ++i) {
    R u[2];
    gaussian_fill(Stream{3, Purpose::probe}, i, u, 2);
    for (const double factor : {0x1p-24, 0x1p-16, 0x1p-8, 1.0, 0x1p3, 0x1p6, 0x1p9}) {
      const R x = u[0] * static_cast<R>(factor);
      const R size = x < R{0} ? -x : x;
      const R values[] = {exp(x),         log(size),   log1p(x),    sin(x),    cos(x),
                          atan2(x, u[1]), softplus(x), logistic(x), sqrt(size)};
      d.add(values, 9);
    }
  }
  print("elementary", kScalar<R>, "-", d.value());
}

template <Real R>
void random_streams() {
  Digest d;
  R x[67];
  for (std::uint64_t i = 0; i < 300; ++i) {
    const Stream stream{i * 0x9e3779b97f4a7c15u, Purpose::inputs, static_cast<std::uint32_t>(i)};
    gaussian_fill(stream, i << 20, x, 67);
    d.add(x, 67);
    uniform_fill(stream, i << 20, x, 67);
    d.add(x, 67);
  }
  const Permutation order(9, 1, 1000);
  for (std::uint64_t i = 0; i < 1000; ++i)
    d.add_word(static_cast<std::uint64_t>(order(static_cast<Index>(i))), 8);
  print("random", kScalar<R>, "-", d.value());
}

template <Real R>
void spectrum() {
  static Mat<R, 33, 33> m;
  static SpectrumScratch<R, 33> scratch;
  static SpectralScratch<R, 33, 33> power;
  const bool good = set_spectrum(Stream{5, Purpose::init}, static_cast<R>(0.39), static_cast<R>(0.6), m,
                                 scratch) == Status::ok;
  Digest d;
  d.add(m.data(), 33 * 33);
  const R norms[] = {spectral_norm(m, 20, power), frobenius_norm(m)};
  d.add(norms, 2);
  print("spectrum", kScalar<R>, good ? "-" : "failed", d.value());
}

/// Every solver on one matrix of 13 columns and 16 rows.
template <Real R>
void systems() {
  constexpr Index N = 13, M = 16, kPacked = kPackedSize<N>;
  static R rows[M * (N + 1)], whole[N * N], a[kPacked], u[kPacked], row[N], d[N], x[N], b[N];
  bool good = true;
  Digest all;
  for (Index k = 0; k < M; ++k) {
    gaussian_fill(Stream{11, Purpose::probe}, static_cast<std::uint64_t>(k), rows + k * (N + 1), N + 1);
  }
  const auto column = [&](Index i, Index j) {
    R chain{0};
    for (Index k = 0; k < M; ++k) chain = fma(rows[k * (N + 1) + i], rows[k * (N + 1) + j], chain);
    return chain;
  };
  for (Index i = 0; i < N; ++i) {
    for (Index j = 0; j < N; ++j) whole[i * N + j] = column(i, j);
    for (Index j = i; j < N; ++j) a[packed_at<N>(i, j)] = whole[i * N + j];
    b[i] = column(i, N);
  }
  const auto begin = [&](const R* from, R* to, Index count) {
    for (Index i = 0; i < count; ++i) to[i] = from[i];
  };

  // LDL^T first: what Cholesky leaves is needed again.
  static R v[kPacked], p[N], y[N];
  begin(a, v, kPacked);
  for (Index i = 0; i < N; ++i) {
    for (Index j = i < 7 ? 7 : i; j < N; ++j) {
      if (i >= 7) v[packed_at<N>(i, j)] = -v[packed_at<N>(i, j)];
    }
  }
  good = good && ldlt<N>(v).status == Status::ok;
  begin(b, y, N);
  ldlt_solve<N>(static_cast<const R*>(v), y);
  for (Index i = 0; i < N; ++i) p[i] = std::exchange(v[packed_at<N>(i, i)], R{1});

  begin(a, u, kPacked);
  begin(b, x, N);
  good = good && cholesky<N>(u).status == Status::ok;
  cholesky_solve<N>(static_cast<const R*>(u), x);
  all.add(u, kPacked);
  all.add(x, N);
  all.add(v, kPacked);
  all.add(p, N);
  all.add(y, N);

  static RotationsTriangle<R, N> triangle;
  triangle.clear();
  for (Index k = 0; k < M; ++k) {
    begin(rows + k * (N + 1), row, N);
    triangle.add(row, rows[k * (N + 1) + N]);
  }
  good = good && triangle.solve(d).status == Status::ok;
  all.add(triangle.upper(), kPacked);
  all.add(triangle.right(), N);
  all.add(d, N);

  static ReflectionsScratch<R, M, N> scratch;
  reflect<M, N>(rows, scratch);
  good = good && reflections_solve<M, N>(static_cast<const R*>(rows), d).status == Status::ok;
  for (Index i = 0; i < N; ++i) all.add(rows + i * (N + 1) + i, N - i);
  for (Index i = 0; i < N; ++i) all.add(rows + i * (N + 1) + N, 1);
  all.add(d, N);

  refine<N>(
      static_cast<const R*>(a), [&](R* t) { cholesky_solve<N>(static_cast<const R*>(u), t); },
      static_cast<const R*>(b), x, d);
  all.add(x, N);

  static ConjugateGradientMemory<R, N> memory;
  const auto apply = [&](const R* from, R* to) {
    matrix_vector(ConstMatView<R, N, N>(whole), ConstVecView<R, N>(from), VecView<R, N>(to));
  };
  begin(b, memory.residual, N);
  const auto itself = [&](const R* r, R* z) { begin(r, z, N); };
  good = good && conjugate_gradient<N, 1>(apply, itself, memory, 5, R{0}).steps == 5;
  all.add(memory.solution, N);

  static LanczosMemory<R, N, 1, 8> vectors;
  const Extremes<R> ends = extreme_eigenvalues<N, 1, 8, R>(apply, vectors);
  good = good && ends.status == Status::ok;
  const R values[] = {ends.least, ends.greatest};
  all.add(values, 2);
  print("systems", kScalar<R>, good ? "-" : "failed", all.value());
}

/// Alternating minimization from W = 0 with signs, on a set that comes in portions of `Portion`.
template <class Solver, class R, Index D, Index SliceCount, Index Remembered, Index Portion>
void alternating(const char* name, Index count, const AlternatingOptions<R>& options, Status expected,
                 const char* how) {
  using Model = ResidualRelu<R, D>;
  static Model teacher;
  static AlternatingMinimization<Model, Solver, SliceCount, Remembered> trainer;
  static TeacherSamples<Model> samples;
  static SampleBuffer<R, D, Portion> buffer;
  teacher.set_identity();
  set_gaussian(Stream{7, Purpose::teacher}, teacher.weights());
  samples.set(Stream{7, Purpose::inputs}, teacher, count);
  bool good = trainer.init() == Status::ok;
  for (Index j = 0; j < D; j += 3) {
    teacher.set_negative(j, true);
    trainer.model().set_negative(j, true);
  }
  const AlternatingResult<R> result = trainer.train(samples, buffer, options);
  good = good && result.status == expected;
  Digest d;
  d.add(trainer.weights().data(), D * D);
  d.add(&result.loss, 1);
  d.add_word(static_cast<std::uint64_t>(result.iterations), 8);
  print(name, kScalar<R>, good ? how : "failed", d.value());
}

template <Real R>
void alternating_minimization() {
  using Options = AlternatingOptions<R>;
  constexpr Status kOk = Status::ok, kLast = Status::not_converged;
  const Options plain{.course = Course::plain, .iterations = 40};
  const Options homotopy{.course = Course::homotopy, .iterations = 40};
  const Options two{.course = Course::plain, .iterations = 2};
  const auto direct = [](const char* name, Index count, const Options& options) {
    alternating<ByCholesky, R, 5, 0, 0, 7>(name, count, options, kOk, "streamed");
  };
  const auto free = [](const char* name, Index count, const Options& options) {
    alternating<ByConjugateGradient, R, 5, 0, 0, 7>(name, count, options, kOk, "streamed");
    alternating<ByConjugateGradient, R, 5, 16, 0, 7>(name, count, options, kOk, "slices=16");
    alternating<ByConjugateGradient, R, 5, 64, 75, 100>(name, count, options, kOk, "remembered");
  };
  direct("am-cholesky", 75, plain);
  alternating<ByRotations, R, 5, 0, 0, 7>("am-rotations", 75, plain, kOk, "streamed");
  free("am-matrix-free", 75, plain);
  direct("am-homotopy", 75, homotopy);
  free("am-homotopy-matrix-free", 36, homotopy);

  alternating<ByCholesky, R, 8, 0, 0, 7>("am-d8-cholesky", 130, plain, kOk, "streamed");
  alternating<ByCholesky, R, 8, 64, 0, 100>("am-d8-cholesky", 130, plain, kOk, "slices=64");
  alternating<ByConjugateGradient, R, 8, 0, 0, 7>("am-d8-matrix-free", 130, plain, kOk, "streamed");
  alternating<ByConjugateGradient, R, 8, 64, 130, 100>("am-d8-matrix-free", 130, plain, kOk, "remembered");

  alternating<ByCholesky, R, 20, 64, 0, 100>("am-d20-cholesky", 450, two, kLast, "slices=64");
  alternating<ByConjugateGradient, R, 20, 64, 200, 100>("am-d20-matrix-free", 450, two, kLast, "remembered");
}

template <Real R>
void all() {
  elementary<R>();
  random_streams<R>();
  spectrum<R>();
  readme<R>();
  every_way<R, 5>("d5", 43, 11);
  every_way<R, 17>("d17", 150, 70);
  every_way<R, 100>("d100", 90, 67);
  every_way<R, 300>("d300", 24, 17);
  systems<R>();
  alternating_minimization<R>();
}

}  // namespace
}  // namespace idem::inline IDEM_TARGET

int main() {
  idem::all<float>();
  idem::all<double>();
  return 0;
}
