// SPDX-License-Identifier: Apache-2.0
/// \file  SSE2 lanes: 4 floats or 2 doubles; the fma is made of exact pieces.
#pragma once

#include <emmintrin.h>

#include <idem/arith/lanes/sixteen_bytes.hpp>
#include <idem/arith/lanes/sse2_fma.hpp>

namespace idem::inline IDEM_TARGET {

/// One fma is some thirty instructions: nothing is won by a larger tile.
template <Real R>
struct LaneTypes : SixteenBytes<R> {
  static constexpr Index kTileRows = 2;
  static constexpr Index kTileVectors = 1;
};

IDEM_INLINE Floats lane_fma(Floats a, Floats b, Floats c) {
  return (Floats)fma_sse2((__m128)a, (__m128)b, (__m128)c);
}
IDEM_INLINE Doubles lane_fma(Doubles a, Doubles b, Doubles c) {
  return (Doubles)fma_sse2((__m128d)a, (__m128d)b, (__m128d)c);
}

template <class Vector>
IDEM_INLINE Vector lane_fnma(Vector a, Vector b, Vector c) {
  return lane_fma(-a, b, c);
}

IDEM_INLINE unsigned lane_at_least_zero(Floats v) {
  return static_cast<unsigned>(_mm_movemask_ps(_mm_cmpge_ps((__m128)v, _mm_setzero_ps())));
}
IDEM_INLINE unsigned lane_at_least_zero(Doubles v) {
  return static_cast<unsigned>(_mm_movemask_pd(_mm_cmpge_pd((__m128d)v, _mm_setzero_pd())));
}

}  // namespace idem::inline IDEM_TARGET
