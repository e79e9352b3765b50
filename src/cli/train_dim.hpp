// SPDX-License-Identifier: Apache-2.0
/// \file  The training run for one dimension: each is compiled by itself, so that all compile at once.
#pragma once

#include <cstdint>

#include <idem/base/status.hpp>
#include <idem/train/schedule.hpp>

#include "cli/train_report.hpp"
#include "readers/table.hpp"

namespace idem::inline IDEM_TARGET {

/// The options of a run as numbers.
template <Real R>
struct TrainPlan {
  const Table<R>* data;  ///< null: a teacher labels Gaussian inputs
  bool full_batch;       ///< gradient descent
  bool random_start;
  Index samples;  ///< 0: fresh ones at every step
  Index batch;
  std::uint64_t steps;
  Schedule<R> schedule;
  std::uint64_t seed;
  int threads;
};

/// How a run ended. The result is told to the report in any case.
struct TrainEnd {
  Status status;
  std::uint64_t steps;  ///< taken before it
  bool interrupted;
};

template <Index D, Real R>
TrainEnd train(const TrainPlan<R>& plan, TrainReport& report);

}  // namespace idem::inline IDEM_TARGET
