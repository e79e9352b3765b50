// SPDX-License-Identifier: Apache-2.0
#include "cli/train_dim.hpp"

#include <chrono>
#include <limits>
#include <memory>
#include <stdexcept>

#include <idem/base/digest.hpp>
#include <idem/data/init.hpp>
#include <idem/random/permutation.hpp>
#include <idem/train/epoch.hpp>

#include "interrupt.hpp"
#include "threads.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

constexpr Index kSlice = 256;          // samples in flight: a batch of the papers, 200 or 300, in one or two
constexpr Index kTestSamples = 10000;  // [LiYuan17] section 5.2

/// Everything a run holds: too large for a stack.
template <Index D, Real R>
struct Run {
  using Model = ResidualRelu<R, D>;

  Sgd<Model, kSlice> sgd;
  Model teacher;
  TeacherSamples<Model, kSlice> samples;
  TeacherSamples<Model, kSlice> test;
  SampleBuffer<R, D, kSlice> buffer;
  Slice<R, D, kSlice> slice;
  SpectrumScratch<R, D> spectrum;
};

void require(Status status) {
  if (status != Status::ok) throw std::runtime_error(text(status));
}

/// The steps of the plan, on `set`.
template <Index D, Real R, class Set>
TrainEnd take_steps(const TrainPlan<R>& plan, Run<D, R>& run, Set& set, TrainReport& report) {
  constexpr R kNan = std::numeric_limits<R>::quiet_NaN();
  ThreadPool pool(plan.threads);
  const Index size = set.size();
  const Index batch = plan.full_batch ? size : plan.batch;
  const bool shuffle = plan.samples > 0 && !plan.full_batch;
  const auto order_of = [&](std::uint32_t epoch) {
    return Permutation(plan.seed, epoch, shuffle ? static_cast<std::uint64_t>(size) : 1);
  };
  TrainEnd end{Status::ok, 0, false};
  R eta = plan.schedule.initial;
  std::uint32_t epoch = 0;
  Permutation order = order_of(epoch);
  const auto sample = [&](Index position) { return shuffle ? order(position) : position; };
  for (Index first = 0; end.steps < plan.steps && !end.interrupted;) {
    eta = plan.schedule.next(eta, end.steps);
    const Index count = size - first < batch ? size - first : batch;
    end.status = train_batch(run.sgd, set, sample, first, count, eta, run.buffer, pool);
    if (end.status != Status::ok) break;
    ++end.steps;
    first += count;
    if (first == size) {
      first = 0;
      order = order_of(++epoch);
    }
    if (report.wants_row(end.steps)) {
      report.row(end.steps, run.sgd.loss(),
                 plan.data == nullptr ? distance(run.sgd.weights(), run.teacher.weights()) : kNan);
    }
    report.progress(end.steps, static_cast<double>(run.sgd.loss()));
    end.interrupted = stop_requested();
  }
  return end;
}

template <Index D, Real R, class Set>
TrainEnd train_on(const TrainPlan<R>& plan, Run<D, R>& run, Set& set, TrainReport& report) {
  const auto begin = std::chrono::steady_clock::now();
  const TrainEnd end = take_steps(plan, run, set, report);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;

  Result<R> result;
  result.dim = D;
  result.algorithm = plan.full_batch ? "gd" : "sgd";
  result.seed = plan.seed;
  result.steps = end.steps;
  const bool fresh = plan.samples == 0 && plan.data == nullptr;
  if (plan.data == nullptr) {
    result.test_loss = mean_loss(run.sgd.model(), run.test, run.buffer, run.slice);
  }
  result.loss = fresh ? result.test_loss : mean_loss(run.sgd.model(), set, run.buffer, run.slice);
  if (plan.data == nullptr) {
    result.distance = distance(run.sgd.weights(), run.teacher.weights());
    MatView<R, D, D> teacher = run.teacher.weights();
    for (Index j = 0; j < D; ++j) teacher(j, j) += R{1};  // nobody needs W* any more, only I + W*
    result.relative_distance = result.distance / frobenius_norm(teacher);
  }
  result.digest = digest(run.sgd.weights());
  result.seconds = seconds.count();
  result.status = end.interrupted                  ? "interrupted"
                  : end.status == Status::ok       ? "ok"
                  : end.status == Status::diverged ? "diverged"
                                                   : "failed";
  report.finish(result);
  return end;
}

}  // namespace

template <Index D, Real R>
TrainEnd train(const TrainPlan<R>& plan, TrainReport& report) {
  const auto run = std::make_unique<Run<D, R>>();
  const auto draw = [&](Purpose purpose, double low, MatView<R, D, D> weights) {
    // Intervals of singular values that give the norms of [LiYuan17] section 5.2.
    require(set_spectrum(Stream{plan.seed, purpose}, static_cast<R>(low), static_cast<R>(0.6), weights,
                         run->spectrum));
  };
  require(run->sgd.init());
  if (plan.random_start) draw(Purpose::init, 0.39, run->sgd.weights());
  if (plan.data != nullptr) {
    StoredSamples<R, D> set(plan.data->x.data(), plan.data->y.data(), plan.data->rows);
    return train_on(plan, *run, set, report);
  }
  run->teacher.set_identity();
  draw(Purpose::teacher, 0.54, run->teacher.weights());
  run->samples.set(Stream{plan.seed, Purpose::inputs}, run->teacher,
                   plan.samples > 0 ? plan.samples : std::numeric_limits<Index>::max());
  run->test.set(Stream{plan.seed, Purpose::test_inputs}, run->teacher, kTestSamples);
  return train_on(plan, *run, run->samples, report);
}

template TrainEnd train<IDEM_DIM>(const TrainPlan<float>&, TrainReport&);
template TrainEnd train<IDEM_DIM>(const TrainPlan<double>&, TrainReport&);

}  // namespace idem::inline IDEM_TARGET
