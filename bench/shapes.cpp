// SPDX-License-Identifier: Apache-2.0
/// \file  Does any dimension from 4 to 128 run at less than 60 % of the better of its neighbours? Each round times all of
///        them in turns with this machine's own fma peak.
#include "shapes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "peak.hpp"
#include "timing.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

constexpr int kRounds = 41;
constexpr double kCliff = 0.6;

template <Index... Part>
std::vector<Shape> all_shapes(std::integer_sequence<Index, Part...>) {
  std::vector<Shape> shapes;
  (add_shapes<kFirstShape + Part * kShapesTogether>(shapes), ...);
  return shapes;
}

int measure() {
  const auto shapes =
      all_shapes(std::make_integer_sequence<Index, (kLastShape - kFirstShape + 1) / kShapesTogether>());
  std::vector<std::vector<double>> fractions(shapes.size());
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      const auto d = static_cast<double>(shapes[i].d);
      const double fmas = 2 * d * d * kShapeBatch;
      const int times = static_cast<int>(4e6 / fmas) + 1;
      bool good = true;
      const double seconds = seconds_of([&] {
        for (int n = 0; n < times; ++n) good = shapes[i].step() && good;
      });
      if (!good) {
        fmt::print(stderr, "the step failed at d = {}\n", shapes[i].d);
        return 1;
      }
      double done = 0;
      const double peak =
          seconds_of([&] { done = run_peak<float>(static_cast<int>(4e6 / kPeakFmas<float>)); });
      fractions[i].push_back(times * fmas / seconds * peak / done);
    }
  }
  std::vector<double> medians;
  for (const auto& one : fractions) medians.push_back(quantile(one, 0.5));
  fmt::print("step, batch {}, float, {}: % of peak, and % of the better neighbour\n", kShapeBatch,
             kTargetName);
  std::string cliffs;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const double better =
        std::max(i > 0 ? medians[i - 1] : 0.0, i + 1 < medians.size() ? medians[i + 1] : 0.0);
    const double share = medians[i] / better;
    fmt::print("d={:<4} {:>6.1f} {:>6.0f}\n", shapes[i].d, 100 * medians[i], 100 * share);
    if (share < kCliff) cliffs += fmt::format(" {}", shapes[i].d);
  }
  fmt::print("below {:.0f} % of the better neighbour:{}\n", 100 * kCliff, cliffs.empty() ? " none" : cliffs);
  return 0;
}

}  // namespace
}  // namespace idem::inline IDEM_TARGET

int main() {
  return idem::measure();
}
