// SPDX-License-Identifier: Apache-2.0
/// \file  NumPy's .npy files.
#pragma once

#include <string>

#include <idem/base/types.hpp>

#include "readers/array.hpp"

namespace idem::inline IDEM_TARGET {

/// Inputs of two dimensions or labels of one: floats of 4 or 8 bytes, integers of 1 to 8, in either
/// byte order, row-major or (inputs) column-major; versions 1 to 3 of the format.
///
/// Errors  InputError.
/// Source  NumPy's format description, NEP 1 and numpy.lib.format (versions 2 and 3).
template <Real R>
Array<R> read_npy(const std::string& path, Part part);

}  // namespace idem::inline IDEM_TARGET
