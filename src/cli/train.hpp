// SPDX-License-Identifier: Apache-2.0
/// \file  `idem train`: a student and its teacher, or the user's own data.
#pragma once

#include "cli/train_options.hpp"

namespace idem::inline IDEM_TARGET {

/// Runs the training; returns an exit status.
///
/// Errors  InputError before the first step; std::runtime_error where an output cannot be written.
int run_train(const TrainOptions& options);

}  // namespace idem::inline IDEM_TARGET
