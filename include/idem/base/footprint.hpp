// SPDX-License-Identifier: Apache-2.0
/// \file  The memory an object takes, by part, before the program runs.
#pragma once

#include <cstddef>

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

/// Bytes of RAM by part. `total()` is `sizeof` the object; `other` holds counters and padding.
struct Footprint {
  std::size_t weights = 0;   ///< what is learned
  std::size_t gradient = 0;  ///< the accumulated gradient of the batch
  std::size_t samples = 0;   ///< inputs held by the object
  std::size_t scratch = 0;   ///< working memory without meaning between calls
  std::size_t other = 0;     ///< counters, signs, padding

  [[nodiscard]] constexpr std::size_t total() const { return weights + gradient + samples + scratch + other; }
};

/// The footprint of a type that states its parts; what they leave of `sizeof` is `other`.
///
///     static_assert(footprint<MyTrainer>().total() <= 4096);
template <class T>
constexpr Footprint footprint() {
  Footprint f = T::parts();
  f.other = sizeof(T) - f.weights - f.gradient - f.samples - f.scratch;
  return f;
}

/// Refuses to compile when a type takes more than `Bytes`, with both numbers in the error message.
///
///     static_assert(fits_budget<MyTrainer, 4096>);
template <std::size_t Needed, std::size_t Budget>
struct NeededAndBudget {
  static_assert(Needed <= Budget, "idem: the footprint exceeds the budget (bytes needed, budget)");
  static constexpr bool value = true;
};
template <class T, std::size_t Budget>
inline constexpr bool fits_budget = NeededAndBudget<footprint<T>().total(), Budget>::value;

}  // namespace idem::inline IDEM_TARGET
