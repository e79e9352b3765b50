// SPDX-License-Identifier: Apache-2.0
/// \file  Rows of numbers below a header, each with the digits that bring its bits back.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>

#include <idem/base/types.hpp>

#include "output/output_file.hpp"

namespace idem::inline IDEM_TARGET {

/// A trace: one row for each step that is reported. Numbers are written with 9 significant digits
/// for float, 17 for double, which is what it takes to read the same bits back.
///
///     CsvWriter trace(file, {"step", "loss", "distance"});
///     trace.row(100, {loss, distance});
class CsvWriter {
 public:
  CsvWriter(OutputFile& file, std::initializer_list<std::string_view> columns) : file_(file) {
    file_.write(fmt::format("{}\n", fmt::join(columns, ",")));
  }

  template <Real R>
  void row(std::uint64_t step, std::initializer_list<R> values) {
    line_.clear();
    fmt::format_to(std::back_inserter(line_), "{}", step);
    for (const R value : values) {
      fmt::format_to(std::back_inserter(line_), ",{:.{}g}", value, std::numeric_limits<R>::max_digits10);
    }
    line_ += '\n';
    file_.write(line_);
  }

 private:
  OutputFile& file_;
  std::string line_;
};

}  // namespace idem::inline IDEM_TARGET
