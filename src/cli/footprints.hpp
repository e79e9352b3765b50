// SPDX-License-Identifier: Apache-2.0
/// \file  The memory of the trainers, for every dimension that is built in.
#pragma once

#include <vector>

#include "cli/info.hpp"

namespace idem::inline IDEM_TARGET {

std::vector<FootprintRow> footprints();

}  // namespace idem::inline IDEM_TARGET
