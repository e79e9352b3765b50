// SPDX-License-Identifier: Apache-2.0
/// \file  What every program of the house does about an error: one line, and an exit status.
#pragma once

#include <functional>
#include <string>

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

/// One line on standard error, whatever a path or a field of a file may hold; returns `status`.
int complain(std::string message, int status);

/// Runs the program; turns what it throws into a line and an exit status.
int guarded_main(const std::function<int()>& run);

}  // namespace idem::inline IDEM_TARGET
