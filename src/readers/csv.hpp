// SPDX-License-Identifier: Apache-2.0
/// \file  Comma-separated numbers below a header.
#pragma once

#include <string>

#include <idem/base/types.hpp>

#include "readers/table.hpp"

namespace idem::inline IDEM_TARGET {

/// The column named y holds the labels, or the last one where none is so named; the others are the
/// inputs in their order. Line ends are LF or CR LF; a UTF-8 byte order mark, quotes as in RFC 4180
/// and spaces around a number are tolerated.
///
/// Errors  InputError, with line and column, both counted from 1.
/// Bits    each number is the scalar nearest to its text.
template <Real R>
Table<R> read_csv(const std::string& path);

}  // namespace idem::inline IDEM_TARGET
