// SPDX-License-Identifier: Apache-2.0
/// \file  AArch64 Advanced SIMD lanes: 4 floats or 2 doubles.
#pragma once

#include <arm_neon.h>

#include <idem/arith/lanes/sixteen_bytes.hpp>

namespace idem::inline IDEM_TARGET {

/// 24 accumulators, 3 vectors of one operand and a broadcast of the other, in 32 registers.
template <Real R>
struct LaneTypes : SixteenBytes<R> {
  static constexpr Index kTileRows = 8;
  static constexpr Index kTileVectors = 3;
};

IDEM_INLINE Floats lane_fma(Floats a, Floats b, Floats c) {
  return (Floats)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
IDEM_INLINE Doubles lane_fma(Doubles a, Doubles b, Doubles c) {
  return (Doubles)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}

IDEM_INLINE Floats lane_fnma(Floats a, Floats b, Floats c) {
  return (Floats)vfmsq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
IDEM_INLINE Doubles lane_fnma(Doubles a, Doubles b, Doubles c) {
  return (Doubles)vfmsq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}

IDEM_INLINE unsigned lane_at_least_zero(Floats v) {
  const uint32x4_t bits = {1, 2, 4, 8};
  return vaddvq_u32(vandq_u32(vcgezq_f32((float32x4_t)v), bits));
}
IDEM_INLINE unsigned lane_at_least_zero(Doubles v) {
  const uint64x2_t bits = {1, 2};
  return static_cast<unsigned>(vaddvq_u64(vandq_u64(vcgezq_f64((float64x2_t)v), bits)));
}

}  // namespace idem::inline IDEM_TARGET
