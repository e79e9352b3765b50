// SPDX-License-Identifier: Apache-2.0
/// \file  What a training run tells its user: progress, trace, picture, result.
#pragma once

#include <cstdint>
#include <memory>

#include <idem/base/types.hpp>

#include "output/result.hpp"

namespace idem::inline IDEM_TARGET {

struct TrainOptions;

/// Opens every output that the options ask for before the run starts, and completes them after it.
///
/// Errors  the constructor throws InputError; the others std::runtime_error, when the disk is full.
class TrainReport {
 public:
  explicit TrainReport(const TrainOptions& options);
  ~TrainReport();

  /// To be called after each step; says whether this step belongs in the trace, which keeps the
  /// first and some 200 others, evenly spread.
  bool wants_row(std::uint64_t step);
  void progress(std::uint64_t step, double loss);

  /// distance: NaN where there is no teacher.
  template <Real R>
  void row(std::uint64_t step, R loss, R distance);

  template <Real R>
  void finish(const Result<R>& result);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace idem::inline IDEM_TARGET
