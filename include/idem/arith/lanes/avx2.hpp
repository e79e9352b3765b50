// SPDX-License-Identifier: Apache-2.0
/// \file  AVX2 lanes with FMA: 8 floats or 4 doubles.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include <idem/arith/fma.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// 12 accumulators, 2 vectors of one operand and a broadcast of the other, in 16 registers; a 4 x 3 tile
/// spills under GCC.
template <Real R>
struct LaneTypes {
  typedef R Vector __attribute__((vector_size(32)));
  typedef R Unaligned __attribute__((vector_size(32), aligned(alignof(R)), may_alias));
  static constexpr bool kLookup = true;
  static constexpr Index kTileRows = 6;
  static constexpr Index kTileVectors = 2;
};
using Floats = LaneTypes<float>::Vector;
using Doubles = LaneTypes<double>::Vector;

IDEM_INLINE Floats lane_broadcast(float value) {
  return (Floats)_mm256_set1_ps(value);
}
IDEM_INLINE Doubles lane_broadcast(double value) {
  return (Doubles)_mm256_set1_pd(value);
}

IDEM_INLINE Floats lane_fma(Floats a, Floats b, Floats c) {
  return (Floats)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
IDEM_INLINE Doubles lane_fma(Doubles a, Doubles b, Doubles c) {
  return (Doubles)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}

IDEM_INLINE Floats lane_fnma(Floats a, Floats b, Floats c) {
  return (Floats)_mm256_fnmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
IDEM_INLINE Doubles lane_fnma(Doubles a, Doubles b, Doubles c) {
  return (Doubles)_mm256_fnmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}

// Lane i takes part when i < count.
IDEM_INLINE __m256i lane_mask32(Index count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)),
                            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
IDEM_INLINE __m256i lane_mask64(Index count) {
  return _mm256_cmpgt_epi64(_mm256_set1_epi64x(static_cast<long long>(count)),
                            _mm256_setr_epi64x(0, 1, 2, 3));
}

IDEM_INLINE Floats lane_load_part(const float* from, Index count) {
  return (Floats)_mm256_maskload_ps(from, lane_mask32(count));
}
IDEM_INLINE Doubles lane_load_part(const double* from, Index count) {
  return (Doubles)_mm256_maskload_pd(from, lane_mask64(count));
}
IDEM_INLINE void lane_store_part(float* to, Floats v, Index count) {
  _mm256_maskstore_ps(to, lane_mask32(count), (__m256)v);
}
IDEM_INLINE void lane_store_part(double* to, Doubles v, Index count) {
  _mm256_maskstore_pd(to, lane_mask64(count), (__m256d)v);
}

IDEM_INLINE void lane_store_between(float* to, Floats v, Index first, Index end) {
  _mm256_maskstore_ps(to, _mm256_andnot_si256(lane_mask32(first), lane_mask32(end)), (__m256)v);
}
IDEM_INLINE void lane_store_between(double* to, Doubles v, Index first, Index end) {
  _mm256_maskstore_pd(to, _mm256_andnot_si256(lane_mask64(first), lane_mask64(end)), (__m256d)v);
}

IDEM_INLINE unsigned lane_at_least_zero(Floats v) {
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps((__m256)v, _mm256_setzero_ps(), _CMP_GE_OQ)));
}
IDEM_INLINE unsigned lane_at_least_zero(Doubles v) {
  return static_cast<unsigned>(
      _mm256_movemask_pd(_mm256_cmp_pd((__m256d)v, _mm256_setzero_pd(), _CMP_GE_OQ)));
}

// Half q of the result holds the 16 bytes at from + q stride. An insertion from memory leaves the
// shuffle port alone.
IDEM_INLINE Floats lane_load_quarters(const float* from, Index stride) {
  return (Floats)_mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(from)), _mm_loadu_ps(from + stride),
                                      1);
}
IDEM_INLINE Doubles lane_load_quarters(const double* from, Index stride) {
  return (Doubles)_mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(from)),
                                       _mm_loadu_pd(from + stride), 1);
}

IDEM_INLINE Floats lane_unpack_low(Floats a, Floats b) {
  return (Floats)_mm256_unpacklo_ps((__m256)a, (__m256)b);
}
IDEM_INLINE Floats lane_unpack_high(Floats a, Floats b) {
  return (Floats)_mm256_unpackhi_ps((__m256)a, (__m256)b);
}
IDEM_INLINE Doubles lane_unpack_low(Doubles a, Doubles b) {
  return (Doubles)_mm256_unpacklo_pd((__m256d)a, (__m256d)b);
}
IDEM_INLINE Doubles lane_unpack_high(Doubles a, Doubles b) {
  return (Doubles)_mm256_unpackhi_pd((__m256d)a, (__m256d)b);
}

// 32-bit integers, for drawing numbers. The high halves of signed products; leading zeros of odd numbers; table[k],
// 0 <= k < 32.
template <class Ints>
IDEM_INLINE Ints lane_multiply_high(Ints a, Ints b) {
  const __m256i even = _mm256_mul_epi32((__m256i)a, (__m256i)b);
  const __m256i odd = _mm256_mul_epi32(_mm256_srli_epi64((__m256i)a, 32), _mm256_srli_epi64((__m256i)b, 32));
  return (Ints)_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
}
template <class Unsigned>
IDEM_INLINE auto lane_leading_zeros(Unsigned odd) {
  // The exponent of a conversion: of the half, as numbers are signed; without the bit behind the first, so that it does
  // not round up to the next power.
  const Unsigned half = odd >> 1;
  const auto exponent = (Unsigned)_mm256_cvtepi32_ps((__m256i)(half & ~(half >> 1))) >> 23;
  return (Unsigned)_mm256_min_epi32((__m256i)(157 - exponent), _mm256_set1_epi32(31));
}
template <class Ints>
IDEM_INLINE Ints lane_lookup(const std::int32_t* table, Ints k) {
  return (Ints)_mm256_i32gather_epi32(table, (__m256i)k, 4);
}

}  // namespace idem::inline IDEM_TARGET
