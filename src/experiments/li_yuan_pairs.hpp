// SPDX-License-Identifier: Apache-2.0
/// \file  Li & Yuan (2017), section 5.5: the exact model f with d = 784 tells two MNIST digits apart by a
///        threshold that is left where W = 0 put it.
#pragma once

#include <functional>
#include <vector>

#include <idem/base/types.hpp>

#include "readers/table.hpp"

namespace idem::inline IDEM_TARGET {

/// What became of one pair of digits. Errors are fractions.
struct PairOutcome {
  int a;                   ///< the digit below the threshold
  int b;                   ///< the digit above it
  double before_training;  ///< error on the training samples at W = 0, threshold at its best
  double before_held_out;
  double after_training;
  double after_held_out;
  double norm;  ///< ||W||_2
};

/// All 45 pairs, in order; done(n) is called as they complete, by any thread. After stop_requested() no other
/// pair begins, and its outcome stays empty.
///
///     digits   pixels 0 to 255, 784 a row; labels 0 to 9
///     threads  pairs at a time
std::vector<PairOutcome> run_li_yuan_pairs(const Table<float>& digits, std::uint64_t seed, int threads,
                                           const std::function<void(int)>& done);

}  // namespace idem::inline IDEM_TARGET
