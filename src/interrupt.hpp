// SPDX-License-Identifier: Apache-2.0
/// \file  Ctrl-C as a wish that is granted after the current step.
#pragma once

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

/// From here on the first SIGINT or SIGTERM only makes `stop_requested()` true; a second one of the
/// same kind ends the program at once, as it would without this call.
void watch_for_stop();

/// To be asked after each step; then the program writes what it has and exits with
/// kInterrupted.
[[nodiscard]] bool stop_requested();

}  // namespace idem::inline IDEM_TARGET
