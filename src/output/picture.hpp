// SPDX-License-Identifier: Apache-2.0
/// \file  Curves as an SVG picture, drawn by gnuplot.
#pragma once

#include <string>
#include <vector>

#include <idem/base/target.hpp>

#include "output/output_file.hpp"

namespace idem::inline IDEM_TARGET {

/// x and y of equal length. A point that a panel cannot show (not finite or beyond 1e300; on a
/// logarithmic axis not above 1e-300) leaves a gap.
struct Curve {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
  bool points = false;  ///< unconnected
};

struct Panel {
  std::string x_label;
  std::string y_label;
  std::vector<Curve> curves;
  bool log_y = true;
  bool log_x = false;
};

/// To be called before the work whose picture is wanted. Throws InputError that says what to
/// install, where there is no gnuplot.
void require_gnuplot();

/// Draws the panels side by side. The file is not committed.
///
/// Errors  std::runtime_error with gnuplot's first line of complaint.
void draw(const std::string& title, const std::vector<Panel>& panels, OutputFile& file);

}  // namespace idem::inline IDEM_TARGET
