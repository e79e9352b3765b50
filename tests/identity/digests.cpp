// SPDX-License-Identifier: Apache-2.0
/// \file  Prints the digest of everything the contract covers, in every way of computing it.
///
/// A line is `case scalar how digest`. Whatever the build, all lines of one case and scalar must
/// carry the digest that recorded.txt has for them.
#include <cstdint>
#include <cstdio>
#include <thread>
#include <vector>

#include <idem/idem.hpp>

namespace idem::inline IDEM_TARGET {
namespace {

template <Real R>
constexpr const char* kScalar = sizeof(R) == 4 ? "float" : "double";

void print(const char* name, const char* scalar, const char* how, std::uint64_t value) {
  std::printf("%s %s %s %016llx\n", name, scalar, how, static_cast<unsigned long long>(value));
}

/// Parts on threads of their own, as unlike the calling thread's order as can be.
struct Threads {
  int count;
  [[nodiscard]] int size() const { return count; }
  template <class Task>
  void run(Task&& task) const {
    std::vector<std::thread> others;
    for (int part = count - 1; part > 0; --part) others.emplace_back([&task, part] { task(part); });
    task(0);
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
}

}  // namespace
}  // namespace idem::inline IDEM_TARGET

int main() {
  idem::all<float>();
  idem::all<double>();
  return 0;
}
