// SPDX-License-Identifier: Apache-2.0
/// \file  An array of numbers in a binary file: its shape checked, its elements converted.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <idem/base/types.hpp>

#include "readers/input_file.hpp"

namespace idem::inline IDEM_TARGET {

/// What a file is read as. Inputs have a row for each sample; labels are one number for each.
enum class Part { inputs, labels };

template <Real R>
struct Array {
  std::vector<R> values;     ///< row-major, finite
  std::vector<Index> shape;  ///< no extent is 0
};

/// How one element stands in a file.
struct ElementType {
  char kind = 'u';  ///< 'f' binary32 or binary64, 'i' two's complement, 'u' unsigned
  int bytes = 1;    ///< 1, 2, 4 or 8
  bool big_endian = false;
};

/// "(3, 4)", as Python writes it.
std::string shape_text(std::span<const Index> shape);

/// Reads what follows the header up to the end of the file.
///
///     column_major   for two dimensions only; the result is row-major either way
///
/// Errors  InputError: no elements, truncated, trailing bytes; an element that is NaN, infinite or
///         too large for R, with its index.
template <Real R>
Array<R> read_elements(InputFile& file, ElementType type, std::vector<Index> shape, bool column_major);

}  // namespace idem::inline IDEM_TARGET
