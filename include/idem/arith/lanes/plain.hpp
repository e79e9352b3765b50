// SPDX-License-Identifier: Apache-2.0
/// \file  Plain lanes: a vector is one scalar.
#pragma once

#include <idem/arith/fma.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// Sixteen accumulators leave room for operands in 32 scalar registers. Where an fma is a call there
/// is no register to fill, and small code is worth more.
template <Real R>
struct LaneTypes {
  using Vector = R;
  using Unaligned = R;
  static constexpr Index kTileRows = kHardwareFma<R> ? 4 : 1;
  static constexpr Index kTileVectors = kHardwareFma<R> ? 4 : 1;
};

template <Real R>
IDEM_INLINE R lane_broadcast(R value) {
  return value;
}

template <Real R>
IDEM_INLINE R lane_fma(R a, R b, R c) {
  return fma(a, b, c);
}

template <Real R>
IDEM_INLINE R lane_fnma(R a, R b, R c) {
  return fma(-a, b, c);
}

template <Real R>
IDEM_INLINE unsigned lane_at_least_zero(R v) {
  return v >= R{0};
}

// A vector of one lane has no part: these are never reached.
template <Real R>
IDEM_INLINE R lane_load_part(const R* from, Index) {
  return *from;
}
template <Real R>
IDEM_INLINE void lane_store_part(R* to, R v, Index) {
  *to = v;
}

template <Real R>
IDEM_INLINE void lane_store_between(R* to, R v, Index first, Index end) {
  if (first < end) *to = v;
}

}  // namespace idem::inline IDEM_TARGET
