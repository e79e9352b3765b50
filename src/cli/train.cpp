// SPDX-License-Identifier: Apache-2.0
#include "cli/train.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cli/train_dim.hpp"
#include "interrupt.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

template <Real R>
Schedule<R> step_sizes(const TrainOptions& o) {
  switch (o.schedule.kind) {
    case StepSchedule::Kind::lemma25: {
      const R eta = lemma_2_5_step(o.schedule.alpha.as<R>(), o.schedule.delta.as<R>(), total_steps(o));
      if (!(eta > 0) || !std::isfinite(eta)) {
        refuse("--schedule: lemma25:{}:{} gives steps of size {}: it must be finite and above 0",
               o.schedule.alpha.text, o.schedule.delta.text, eta);
      }
      return {eta};
    }
    case StepSchedule::Kind::decay:
      return {o.step.as<R>(), o.schedule.factor.as<R>(), o.schedule.every};
    case StepSchedule::Kind::constant:
      break;
  }
  return {o.step.as<R>()};
}

template <Real R>
int run(const TrainOptions& asked) {
  Table<R> data;
  TrainOptions o = asked;
  if (!asked.data.empty()) {
    data = read_table<R>(asked.data, asked.labels);
    o = fit_to_data(asked, data.rows, data.cols);
  }
  const TrainPlan<R> plan{.data = o.data.empty() ? nullptr : &data,
                          .full_batch = o.algorithm == Algorithm::gd,
                          .random_start = o.init == Init::random,
                          .samples = o.samples.value_or(0),
                          .batch = o.batch,
                          .steps = total_steps(o),
                          .schedule = step_sizes<R>(o),
                          .seed = o.seed,
                          .threads = o.threads};
  watch_for_stop();  // before the outputs are opened: from here on nothing is left half done
  TrainReport report(o);
  return Dims::call(o.dim, [&](auto dim) -> int {
    const TrainEnd end = train<dim(), R>(plan, report);
    if (end.status != Status::ok) {
      fmt::print(stderr, "idem: step {}: {}\n", end.steps + 1, text(end.status));
      return kFailed;
    }
    return end.interrupted ? kInterrupted : kDone;
  });
}

}  // namespace

int run_train(const TrainOptions& options) {
  return options.scalar == Scalar::single_precision ? run<float>(options) : run<double>(options);
}

}  // namespace idem::inline IDEM_TARGET
