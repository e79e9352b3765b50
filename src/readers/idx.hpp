// SPDX-License-Identifier: Apache-2.0
/// \file  The idx files in which MNIST comes.
#pragma once

#include <string>

#include <idem/base/types.hpp>

#include "readers/array.hpp"

namespace idem::inline IDEM_TARGET {

/// Images (three dimensions, or two; all but the first make up a row) or labels (one dimension).
/// Pixels keep the values of the file, 0 to 255 in MNIST.
///
///     byte 0, 1   0
///     byte 2      element type: 08 unsigned byte, 09 signed byte, 0b, 0c integers of 2 and 4
///                 bytes, 0d, 0e floats of 4 and 8, most significant byte first
///     byte 3      number of dimensions, then each of them as 4 bytes, most significant first
///
/// Errors  InputError.
/// Source  LeCun, Cortes, Burges, "The MNIST database", section "The IDX file format".
template <Real R>
Array<R> read_idx(const std::string& path, Part part);

}  // namespace idem::inline IDEM_TARGET
