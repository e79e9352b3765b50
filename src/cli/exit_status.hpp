// SPDX-License-Identifier: Apache-2.0
/// \file  What the program tells its caller.
#pragma once

#include <functional>

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

enum ExitStatus : int {
  kDone = 0,
  kFailed = 1,         ///< ran but failed: diverged, not recovered, disk full
  kBadInput = 2,       ///< bad usage, a bad file, a path that cannot be written
  kInterrupted = 130,  ///< stopped by Ctrl-C, as shells count it; what it had is written
};

/// What the verb on the command line has chosen to be done; returns an exit status.
using Job = std::function<int()>;

}  // namespace idem::inline IDEM_TARGET
