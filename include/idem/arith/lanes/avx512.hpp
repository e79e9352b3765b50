// SPDX-License-Identifier: Apache-2.0
/// \file  AVX-512 lanes: 16 floats or 8 doubles.
#pragma once

#include <immintrin.h>

#include <idem/arith/fma.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// 24 accumulators, 3 vectors of one operand and a broadcast of the other, in 32 registers.
template <Real R>
struct LaneTypes {
  typedef R Vector __attribute__((vector_size(64)));
  typedef R Unaligned __attribute__((vector_size(64), aligned(alignof(R)), may_alias));
  static constexpr Index kTileRows = 8;
  static constexpr Index kTileVectors = 3;
};
using Floats = LaneTypes<float>::Vector;
using Doubles = LaneTypes<double>::Vector;

IDEM_INLINE Floats lane_broadcast(float value) { return (Floats)_mm512_set1_ps(value); }
IDEM_INLINE Doubles lane_broadcast(double value) { return (Doubles)_mm512_set1_pd(value); }

IDEM_INLINE Floats lane_fma(Floats a, Floats b, Floats c) {
  return (Floats)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
IDEM_INLINE Doubles lane_fma(Doubles a, Doubles b, Doubles c) {
  return (Doubles)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}

IDEM_INLINE __mmask16 lane_mask(Index count) { return static_cast<__mmask16>((1u << count) - 1u); }

IDEM_INLINE Floats lane_load_part(const float* from, Index count) {
  return (Floats)_mm512_maskz_loadu_ps(lane_mask(count), from);
}
IDEM_INLINE Doubles lane_load_part(const double* from, Index count) {
  return (Doubles)_mm512_maskz_loadu_pd(static_cast<__mmask8>(lane_mask(count)), from);
}
IDEM_INLINE void lane_store_part(float* to, Floats v, Index count) {
  _mm512_mask_storeu_ps(to, lane_mask(count), (__m512)v);
}
IDEM_INLINE void lane_store_part(double* to, Doubles v, Index count) {
  _mm512_mask_storeu_pd(to, static_cast<__mmask8>(lane_mask(count)), (__m512d)v);
}

IDEM_INLINE Floats lane_interleave_low(Floats a, Floats b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
IDEM_INLINE Floats lane_interleave_high(Floats a, Floats b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
IDEM_INLINE Doubles lane_interleave_low(Doubles a, Doubles b) {
  return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}
IDEM_INLINE Doubles lane_interleave_high(Doubles a, Doubles b) {
  return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

}  // namespace idem::inline IDEM_TARGET
