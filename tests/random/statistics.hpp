// SPDX-License-Identifier: Apache-2.0
/// \file  What a sample says about the law it was drawn from, in standard deviations.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// Chi-square of equiprobable bins, as deviations of its own law (degrees of freedom: bins - 1).
template <std::size_t N>
double chi_square_sigmas(const std::int64_t (&counts)[N]) {
  double total = 0;
  for (const std::int64_t count : counts) total += static_cast<double>(count);
  const double expected = total / static_cast<double>(N);
  double chi_square = 0;
  for (const std::int64_t count : counts) {
    const double d = static_cast<double>(count) - expected;
    chi_square += d * d / expected;
  }
  const double freedom = static_cast<double>(N - 1);
  return (chi_square - freedom) / std::sqrt(2 * freedom);
}

/// Mean product of independent pairs of mean 0 and variance 1, in deviations.
template <class Draw>
double correlation_sigmas(std::int64_t count, const Draw& draw) {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto [a, b] = draw(i);
    sum += static_cast<double>(a) * static_cast<double>(b);
  }
  return sum / std::sqrt(static_cast<double>(count));
}

}  // namespace idem::inline IDEM_TARGET
