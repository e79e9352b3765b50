// SPDX-License-Identifier: Apache-2.0
/// \file  `idem info`: what this program computes with, and what a trainer takes.
#pragma once

#include <string>
#include <vector>

#include <idem/base/footprint.hpp>
#include <idem/base/types.hpp>

#include "cli/exit_status.hpp"
#include "decimal.hpp"

namespace CLI {
class App;
}

namespace idem::inline IDEM_TARGET {

/// A line of the footprint table.
struct FootprintRow {
  std::string object;
  Index dim = 0;
  std::string scalar;
  Footprint bytes;
};

/// The line of a trainer type that states its parts.
///
///     footprint_row<Sgd<ResidualRelu<float, 8>>, float>("sgd", 8)
template <class Trainer, Real R>
FootprintRow footprint_row(std::string object, Index dim) {
  return {std::move(object), dim, scalar_name<R>(), footprint<Trainer>()};
}

/// Adds the verb; without rows it shows no footprint table.
void add_info(CLI::App& app, Job& job, std::vector<FootprintRow> rows);

}  // namespace idem::inline IDEM_TARGET
