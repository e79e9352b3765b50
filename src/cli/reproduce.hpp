// SPDX-License-Identifier: Apache-2.0
/// \file  `idem reproduce NAME`: an experiment of a paper.
#pragma once

#include <idem/base/target.hpp>

#include "cli/exit_status.hpp"

namespace CLI {
class App;
}

namespace idem::inline IDEM_TARGET {

/// Adds the verb. An experiment brings dimensions of its own, so it is a program of its own, idem-NAME
/// beside this one, built when asked for; the words after NAME are its options.
void add_reproduce(CLI::App& app, Job& job);

}  // namespace idem::inline IDEM_TARGET
