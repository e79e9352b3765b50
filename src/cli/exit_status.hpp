// SPDX-License-Identifier: Apache-2.0
/// \file  What the program tells its caller.
#pragma once

#include <functional>

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;         ///< ran but failed: diverged, not recovered, disk full
inline constexpr int kBadInput = 2;       ///< bad usage, a bad file, a path that cannot be written
inline constexpr int kInterrupted = 130;  ///< stopped by Ctrl-C, as shells count it; what it had is written

/// What the verb on the command line has chosen to be done; returns an exit status.
using Job = std::function<int()>;

}  // namespace idem::inline IDEM_TARGET
