// SPDX-License-Identifier: Apache-2.0
/// \file  What every reader returns, and the one function that picks the reader.
#pragma once

#include <string>
#include <vector>

#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// Samples and their labels, as they stand in the file: nothing is scaled or shifted.
template <Real R>
struct Table {
  std::vector<R> x;  ///< rows x cols, row-major, finite
  std::vector<R> y;  ///< rows, finite
  Index rows = 0;
  Index cols = 0;
};

/// Reads inputs and labels by the name of the file, gzipped or not:
///
///     NAME.npy        inputs, 2-D; `labels` names a second file, 1-D
///     NAME.csv        both, below a header; `labels` is empty
///     any other name  MNIST idx: images; `labels` names a second file
///
/// Errors  InputError: what is wrong, where, and what would be right.
/// Memory  a size that a header declares is never allocated before the bytes are there.
template <Real R>
Table<R> read_table(const std::string& data, const std::string& labels);

}  // namespace idem::inline IDEM_TARGET
