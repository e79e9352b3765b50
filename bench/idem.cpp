// SPDX-License-Identifier: Apache-2.0
/// \file  idem's own works: kernels, the step and its parts, fresh samples, samples one by one.
#include <fmt/format.h>

#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <idem/data/samples.hpp>
#include <idem/kernels/product.hpp>
#include <idem/random/permutation.hpp>
#include <idem/train/epoch.hpp>
#include <idem/train/sgd.hpp>

#include "batch.hpp"
#include "race.hpp"
#include "threads.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

template <Real R>
constexpr bool kIsDouble = sizeof(R) == 8;

/// A slice that holds the batch.
template <Real R, Index D, Index BatchSize>
using Trainer = Sgd<ResidualRelu<R, D>, (BatchSize + 15) / 16 * 16>;

template <class T>
std::shared_ptr<T> trainer() {
  auto made = std::make_shared<T>();
  if (made->init() != Status::ok)
    throw std::runtime_error("the floating-point environment is not what idem needs");
  return made;
}

template <Real R, Index D, Index Count>
void enter_step() {
  const auto sgd = trainer<Trainer<R, D, Count>>();
  const auto batch = std::make_shared<Batch<R>>(D, Count);
  Entry entry = step_entry(step_job(D, Count), kOurs, kIsDouble<R>, D, Count);
  entry.work = [=] {
    return sgd->feed(batch->x.data(), batch->y.data(), Count) == Status::ok &&
           sgd->end_batch(kEta<R>) == Status::ok;
  };
  enter(entry);
}

/// The same, with inputs drawn anew for each step.
template <Real R, Index D, Index Count>
void enter_fresh_step() {
  const auto sgd = trainer<Trainer<R, D, Count>>();
  const auto batch = std::make_shared<Batch<R>>(D, Count);
  Entry entry = step_entry(step_job(D, Count), "idem, fresh inputs", kIsDouble<R>, D, Count);
  entry.work = [=, index = Index{0}]() mutable {
    gaussian_rows(
        Stream{1, Purpose::inputs}, [&](Index r) { return index + r; }, batch->x.data(), Count, D);
    index += Count;
    return sgd->feed(batch->x.data(), batch->y.data(), Count) == Status::ok &&
           sgd->end_batch(kEta<R>) == Status::ok;
  };
  enter(entry);
}

/// The same, a sample at a time, as they come on a device: to the trainer that one gets unless one asks for less memory,
/// and to the smallest there is.
template <class Trainer>
void enter_streamed_step(const char* who, Index count) {
  using R = typename Trainer::R;
  constexpr Index D = Trainer::kDim;
  const auto sgd = trainer<Trainer>();
  const auto batch = std::make_shared<Batch<R>>(D, count);
  Entry entry = step_entry(step_job(D, count), who, kIsDouble<R>, D, count);
  entry.work = [=] {
    for (Index s = 0; s < count; ++s) {
      if (sgd->feed(batch->x.data() + s * D, batch->y[static_cast<std::size_t>(s)]) != Status::ok)
        return false;
    }
    return sgd->end_batch(kEta<R>) == Status::ok;
  };
  enter(entry);
}

/// The same on two threads; its peak is still that of one.
template <Real R, Index D, Index Count>
void enter_threaded_step() {
  if (std::thread::hardware_concurrency() < 2) {
    fmt::print("one processor: the step on two threads is left out\n");
    return;
  }
  const auto sgd = trainer<Trainer<R, D, Count>>();
  const auto batch = std::make_shared<Batch<R>>(D, Count);
  const auto threads = std::make_shared<ThreadPool>(2);
  Entry entry = step_entry(step_job(D, Count), "idem, two threads", kIsDouble<R>, D, Count);
  entry.work = [=] {
    return sgd->feed(batch->x.data(), batch->y.data(), Count, *threads) == Status::ok &&
           sgd->end_batch(kEta<R>, *threads) == Status::ok;
  };
  enter(entry);
}

/// An epoch over a stored set in an order drawn for it: the steps, and bringing the samples together.
template <Real R, Index D, Index BatchSize>
void enter_epoch(Index batches) {
  const Index count = BatchSize * batches;
  const auto sgd = trainer<Trainer<R, D, BatchSize>>();
  const auto batch = std::make_shared<Batch<R>>(D, count);
  const auto buffer = std::make_shared<SampleBuffer<R, D, 256>>();
  Entry entry =
      step_entry(fmt::format("epoch d={} batch={} n={}", D, BatchSize, count), kOurs, kIsDouble<R>, D, count);
  entry.bytes += static_cast<double>(batches - 1) * 2 * sizeof(R) * D * D;
  entry.work = [=, epoch = std::uint32_t{0}]() mutable {
    StoredSamples<R, D> set(batch->x.data(), batch->y.data(), count);
    const Permutation order(1, epoch++, static_cast<std::uint64_t>(count));
    return train_epoch(*sgd, set, order, BatchSize, kEta<R>, *buffer) == Status::ok;
  };
  enter(entry);
}

template <Real R, Index M, Index K, Index N>
struct Operands {
  std::vector<R> a = std::vector<R>(static_cast<std::size_t>(M * K), R{1});
  std::vector<R> b = std::vector<R>(static_cast<std::size_t>(K * N), R{1});
  std::vector<R> c = std::vector<R>(static_cast<std::size_t>(M * N), R{1});
};

template <Real R, Index N>
void enter_kernels() {
  const auto n = static_cast<double>(N), size = static_cast<double>(sizeof(R));
  const auto made = std::make_shared<Operands<R, N, N, N>>();
  const auto enter_kernel = [&](const char* name, double fmas, double numbers, auto work) {
    enter({fmt::format("{} {} x {}", name, N, N), kOurs, kIsDouble<R>, fmas, size * numbers, true, [=] {
             work(*made);
             return true;
           }});
  };
  enter_kernel("A B", n * n * n, 3 * n * n, [](auto& o) {
    product(MatView<R, N, N>(o.a.data()), MatView<R, N, N>(o.b.data()), MatView<R, N, N>(o.c.data()));
  });
  enter_kernel("A^T B", n * n * n, 3 * n * n, [](auto& o) {
    product_transposed(MatView<R, N, N>(o.a.data()), MatView<R, N, N>(o.b.data()),
                       MatView<R, N, N>(o.c.data()));
  });
  enter_kernel("A x", n * n, n * n + 2 * n, [](auto& o) {
    matrix_vector(MatView<R, N, N>(o.a.data()), VecView<R, N>(o.b.data()), VecView<R, N>(o.c.data()));
  });
  enter_kernel("A^T x", n * n, n * n + 2 * n, [](auto& o) {
    matrix_vector_transposed(MatView<R, N, N>(o.a.data()), VecView<R, N>(o.b.data()),
                             VecView<R, N>(o.c.data()));
  });
  enter_kernel("A + x y^T", n * n, 2 * n * n + 2 * n, [](auto& o) {
    add_rank1(MatView<R, N, N>(o.c.data()), VecView<R, N>(o.a.data()), VecView<R, N>(o.b.data()));
  });
}

/// A million normal numbers, and the standard library's: floats, since idem's doubles are the same numbers.
void enter_normals() {
  using R = float;
  constexpr Index kCount = 1000000;
  const auto numbers = std::make_shared<std::vector<R>>(static_cast<std::size_t>(kCount));
  Entry entry{"10^6 normal numbers", kOurs, kIsDouble<R>, 2e7, sizeof(R) * 1e6, false};
  entry.work = [=, index = std::uint64_t{0}]() mutable {
    gaussian_fill(Stream{1, Purpose::inputs}, index++, numbers->data(), kCount);
    return true;
  };
  enter(entry);
  entry.who = "std::normal_distribution, std::mt19937";
  entry.work = [=, generator = std::mt19937(1), normal = std::normal_distribution<R>()]() mutable {
    for (R& number : *numbers) number = normal(generator);
    return true;
  };
  enter(entry);
}

template <Real R>
void enter_all() {
  enter_step<R, 8, 16>();
  enter_step<R, 20, 1700>();
  enter_step<R, 64, 128>();
  enter_step<R, 100, 200>();
  enter_fresh_step<R, 100, 200>();
  enter_streamed_step<Sgd<ResidualRelu<R, 100>>>("idem, one by one", 200);
  enter_streamed_step<Sgd<ResidualRelu<R, 100>, 0>>("idem, one by one, least memory", 200);
  enter_epoch<R, 100, 200>(10);
  enter_kernels<R, 64>();
  enter_kernels<R, 256>();
}

}  // namespace

void enter_idem() {
  enter_all<float>();
  enter_all<double>();
  enter_normals();
  enter_step<float, 1500, 300>();
  enter_fresh_step<float, 1500, 300>();
  enter_threaded_step<float, 1500, 300>();
}

}  // namespace idem::inline IDEM_TARGET
