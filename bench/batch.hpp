// SPDX-License-Identifier: Apache-2.0
/// \file  The batch that everyone in the race is given: Gaussian inputs and labels.
#pragma once

#include <vector>

#include <idem/random/gaussian.hpp>

namespace idem::inline IDEM_TARGET {

template <Real R>
struct Batch {
  Batch(Index d, Index count) : x(static_cast<std::size_t>(d * count)), y(static_cast<std::size_t>(count)) {
    gaussian_rows(
        Stream{1, Purpose::inputs}, [](Index r) { return r; }, x.data(), count, d);
    gaussian_fill(Stream{1, Purpose::noise}, 0, y.data(), count);
  }
  std::vector<R> x;  ///< count x d, row-major
  std::vector<R> y;
};

/// So small that no training leaves the numbers' range, however often a step is repeated.
template <Real R>
inline constexpr R kEta = static_cast<R>(1e-6);

}  // namespace idem::inline IDEM_TARGET
