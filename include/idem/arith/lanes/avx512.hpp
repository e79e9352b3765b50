// SPDX-License-Identifier: Apache-2.0
/// \file  AVX-512 lanes: 16 floats or 8 doubles.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include <idem/arith/fma.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// 24 accumulators, 3 vectors of one operand and a broadcast of the other, in 32 registers.
template <Real R>
struct LaneTypes {
  typedef R Vector __attribute__((vector_size(64)));
  typedef R Unaligned __attribute__((vector_size(64), aligned(alignof(R)), may_alias));
  static constexpr bool kLookup = true;
  static constexpr bool kSpread = true;
  static constexpr Index kPatchRows = static_cast<Index>(16 / sizeof(R));
  static constexpr Index kTileRows = 8;
  static constexpr Index kTileVectors = 3;
};
using Floats = LaneTypes<float>::Vector;
using Doubles = LaneTypes<double>::Vector;

IDEM_INLINE Floats lane_broadcast(float value) {
  return (Floats)_mm512_set1_ps(value);
}
IDEM_INLINE Doubles lane_broadcast(double value) {
  return (Doubles)_mm512_set1_pd(value);
}

IDEM_INLINE Floats lane_fma(Floats a, Floats b, Floats c) {
  return (Floats)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
IDEM_INLINE Doubles lane_fma(Doubles a, Doubles b, Doubles c) {
  return (Doubles)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}

IDEM_INLINE Floats lane_fnma(Floats a, Floats b, Floats c) {
  return (Floats)_mm512_fnmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
IDEM_INLINE Doubles lane_fnma(Doubles a, Doubles b, Doubles c) {
  return (Doubles)_mm512_fnmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}

IDEM_INLINE __mmask16 lane_mask(Index count) {
  return static_cast<__mmask16>((1u << count) - 1u);
}

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

// From the mask register where a comparison left it: the way over a general one takes the port of an fma, and so does
// clearing the bits above the lanes.
IDEM_INLINE void lane_store_word(float* to, std::uint32_t word) {
  asm("kmovd %1, %0" : "=m"(*to) : "k"(static_cast<__mmask16>(word)));
}
IDEM_INLINE void lane_store_word(double* to, std::uint64_t word) {
  asm("kmovq %1, %0" : "=m"(*to) : "k"(word));
}

IDEM_INLINE void lane_store_between(float* to, Floats v, Index first, Index end) {
  _mm512_mask_storeu_ps(to, static_cast<__mmask16>(lane_mask(end) & ~lane_mask(first)), (__m512)v);
}
IDEM_INLINE void lane_store_between(double* to, Doubles v, Index first, Index end) {
  _mm512_mask_storeu_pd(to, static_cast<__mmask8>(lane_mask(end) & ~lane_mask(first)), (__m512d)v);
}

IDEM_INLINE unsigned lane_at_least_zero(Floats v) {
  return _mm512_cmp_ps_mask((__m512)v, _mm512_setzero_ps(), _CMP_GE_OQ);
}
IDEM_INLINE unsigned lane_at_least_zero(Doubles v) {
  return _mm512_cmp_pd_mask((__m512d)v, _mm512_setzero_pd(), _CMP_GE_OQ);
}

// Quarter q of the result holds the 16 bytes at from + q stride. An insertion from memory leaves the
// shuffle port alone.
IDEM_INLINE Floats lane_load_quarters(const float* from, Index stride) {
  __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(from));
  v = _mm512_insertf32x4(v, _mm_loadu_ps(from + stride), 1);
  v = _mm512_insertf32x4(v, _mm_loadu_ps(from + 2 * stride), 2);
  return (Floats)_mm512_insertf32x4(v, _mm_loadu_ps(from + 3 * stride), 3);
}
IDEM_INLINE Doubles lane_load_quarters(const double* from, Index stride) {
  __m512d v = _mm512_castpd128_pd512(_mm_loadu_pd(from));
  v = _mm512_insertf64x2(v, _mm_loadu_pd(from + stride), 1);
  v = _mm512_insertf64x2(v, _mm_loadu_pd(from + 2 * stride), 2);
  return (Doubles)_mm512_insertf64x2(v, _mm_loadu_pd(from + 3 * stride), 3);
}

// Shuffles are spelled out: GCC 12 warns of its own undefined operands in the unpack intrinsics.
IDEM_INLINE Floats lane_unpack_low(Floats a, Floats b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
}
IDEM_INLINE Floats lane_unpack_high(Floats a, Floats b) {
  return __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
}
IDEM_INLINE Doubles lane_unpack_low(Doubles a, Doubles b) {
  return __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
}
IDEM_INLINE Doubles lane_unpack_high(Doubles a, Doubles b) {
  return __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
}

// Masks of all lanes stand where GCC 12 warns of its own undefined operands.
//
// A register as a patch of 4 columns and 4 rows (doubles: 2): four neighbours in every row; or the number of each
// row in all of its columns.
IDEM_INLINE Floats lane_load_repeated(const float* from) {
  return (Floats)_mm512_maskz_broadcast_f32x4(0xffff, _mm_loadu_ps(from));
}
IDEM_INLINE Doubles lane_load_repeated(const double* from) {
  return (Doubles)_mm512_maskz_broadcast_f64x4(0xff, _mm256_loadu_pd(from));
}
IDEM_INLINE Floats lane_load_spread(const float* from) {
  const __m512i each = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
  return (Floats)_mm512_maskz_permutevar_ps(0xffff, _mm512_maskz_broadcast_f32x4(0xffff, _mm_loadu_ps(from)),
                                            each);
}
// The same of numbers that were stored one by one a moment ago: a load over several stores waits until all of them are
// in the cache.
IDEM_INLINE Floats lane_load_spread_each(const float* from) {
  __m512 v = _mm512_set1_ps(from[0]);
  v = _mm512_mask_broadcastss_ps(v, 0x00f0, _mm_load_ss(from + 1));
  v = _mm512_mask_broadcastss_ps(v, 0x0f00, _mm_load_ss(from + 2));
  return (Floats)_mm512_mask_broadcastss_ps(v, 0xf000, _mm_load_ss(from + 3));
}
IDEM_INLINE Doubles lane_load_spread(const double* from) {
  const __m512d first = _mm512_set1_pd(from[0]);
  return (Doubles)_mm512_mask_broadcastsd_pd(first, 0xf0, _mm_load_sd(from + 1));
}
IDEM_INLINE Doubles lane_load_spread_each(const double* from) {
  return lane_load_spread(from);
}

// The transpose of a patch, a row of it every `stride` numbers.
IDEM_INLINE void lane_store_transposed(float* to, Index stride, Floats v) {
  _mm_storeu_ps(to, (__m128)__builtin_shufflevector(v, v, 0, 4, 8, 12));
  _mm_storeu_ps(to + stride, (__m128)__builtin_shufflevector(v, v, 1, 5, 9, 13));
  _mm_storeu_ps(to + 2 * stride, (__m128)__builtin_shufflevector(v, v, 2, 6, 10, 14));
  _mm_storeu_ps(to + 3 * stride, (__m128)__builtin_shufflevector(v, v, 3, 7, 11, 15));
}
IDEM_INLINE void lane_store_transposed(double* to, Index stride, Doubles v) {
  _mm_storeu_pd(to, (__m128d)__builtin_shufflevector(v, v, 0, 4));
  _mm_storeu_pd(to + stride, (__m128d)__builtin_shufflevector(v, v, 1, 5));
  _mm_storeu_pd(to + 2 * stride, (__m128d)__builtin_shufflevector(v, v, 2, 6));
  _mm_storeu_pd(to + 3 * stride, (__m128d)__builtin_shufflevector(v, v, 3, 7));
}

// The transpose of patches one above the other, rows of 8 side by side.
IDEM_INLINE void lane_transpose_patches(Floats (&v)[2]) {
  const Floats upper = v[0], lower = v[1];
  v[0] = __builtin_shufflevector(upper, lower, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
  v[1] = __builtin_shufflevector(upper, lower, 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, 27, 31);
}
IDEM_INLINE void lane_transpose_patches(Doubles (&v)[4]) {
  const Doubles low_left = __builtin_shufflevector(v[0], v[1], 0, 4, 8, 12, 1, 5, 9, 13);
  const Doubles high_left = __builtin_shufflevector(v[0], v[1], 2, 6, 10, 14, 3, 7, 11, 15);
  const Doubles low_right = __builtin_shufflevector(v[2], v[3], 0, 4, 8, 12, 1, 5, 9, 13);
  const Doubles high_right = __builtin_shufflevector(v[2], v[3], 2, 6, 10, 14, 3, 7, 11, 15);
  v[0] = __builtin_shufflevector(low_left, low_right, 0, 1, 2, 3, 8, 9, 10, 11);
  v[1] = __builtin_shufflevector(low_left, low_right, 4, 5, 6, 7, 12, 13, 14, 15);
  v[2] = __builtin_shufflevector(high_left, high_right, 0, 1, 2, 3, 8, 9, 10, 11);
  v[3] = __builtin_shufflevector(high_left, high_right, 4, 5, 6, 7, 12, 13, 14, 15);
}

// a b + c where `bits` and `bit` have a bit in common, else c; v there, else +0; c + a, or a b + c, in the lanes of `mask`.
template <class Words>
IDEM_INLINE Floats lane_fma_where(Words bits, Words bit, Floats a, Floats b, Floats c) {
  return (Floats)_mm512_mask3_fmadd_ps((__m512)a, (__m512)b, (__m512)c,
                                       _mm512_test_epi32_mask((__m512i)bits, (__m512i)bit));
}
template <class Words>
IDEM_INLINE Doubles lane_fma_where(Words bits, Words bit, Doubles a, Doubles b, Doubles c) {
  return (Doubles)_mm512_mask3_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c,
                                        _mm512_test_epi64_mask((__m512i)bits, (__m512i)bit));
}
template <class Words>
IDEM_INLINE Floats lane_value_where(Words bits, Words bit, Floats v) {
  return (Floats)_mm512_maskz_mov_ps(_mm512_test_epi32_mask((__m512i)bits, (__m512i)bit), (__m512)v);
}
template <class Words>
IDEM_INLINE Doubles lane_value_where(Words bits, Words bit, Doubles v) {
  return (Doubles)_mm512_maskz_mov_pd(_mm512_test_epi64_mask((__m512i)bits, (__m512i)bit), (__m512d)v);
}
IDEM_INLINE Floats lane_add_where(std::uint32_t mask, Floats c, Floats a) {
  return (Floats)_mm512_mask_add_ps((__m512)c, static_cast<__mmask16>(mask), (__m512)c, (__m512)a);
}
IDEM_INLINE Doubles lane_add_where(std::uint64_t mask, Doubles c, Doubles a) {
  return (Doubles)_mm512_mask_add_pd((__m512d)c, static_cast<__mmask8>(mask), (__m512d)c, (__m512d)a);
}
IDEM_INLINE Floats lane_fma_where(std::uint32_t mask, Floats a, Floats b, Floats c) {
  return (Floats)_mm512_mask3_fmadd_ps((__m512)a, (__m512)b, (__m512)c, static_cast<__mmask16>(mask));
}
IDEM_INLINE Doubles lane_fma_where(std::uint64_t mask, Doubles a, Doubles b, Doubles c) {
  return (Doubles)_mm512_mask3_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c, static_cast<__mmask8>(mask));
}

// Writes begin + i for every set bit i of `mask` (16 bits) in ascending order; up to 16 numbers behind are
// overwritten.
template <class Word>
IDEM_INLINE void lane_list_bits(std::uint32_t* to, std::uint32_t begin, Word mask) {
  const __m512i each = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i all = _mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(begin)), each);
  _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(static_cast<__mmask16>(mask), all));
}

// 32-bit integers, for drawing numbers. The high halves of signed products; leading zeros of odd
// numbers; table[k], 0 <= k < 32.
template <class Ints>
IDEM_INLINE Ints lane_multiply_high(Ints a, Ints b) {
  const __m512i even = _mm512_maskz_mul_epi32(0xff, (__m512i)a, (__m512i)b);
  const __m512i odd = _mm512_maskz_mul_epi32(0xff, _mm512_maskz_srli_epi64(0xff, (__m512i)a, 32),
                                             _mm512_maskz_srli_epi64(0xff, (__m512i)b, 32));
  return (Ints)_mm512_mask_shuffle_epi32(odd, 0x5555, even, _MM_PERM_DDBB);
}
template <class Unsigned>
IDEM_INLINE auto lane_leading_zeros(Unsigned v) {
  return (Unsigned)_mm512_maskz_lzcnt_epi32(0xffff, (__m512i)v);
}
template <class Ints>
IDEM_INLINE Ints lane_lookup(const std::int32_t* table, Ints k) {
  return (Ints)_mm512_permutex2var_epi32(_mm512_loadu_si512(table), (__m512i)k,
                                         _mm512_loadu_si512(table + 16));
}

// The same integers in doubles. Even lanes become every second word from even[0] on, odd lanes every second word
// from odd[1] on. Stores with masks take no port of the arithmetic.
template <class Words>
IDEM_INLINE void lane_spread(std::uint32_t* even, std::uint32_t* odd, Words v) {
  _mm512_mask_storeu_epi32(even, 0x5555, (__m512i)v);
  _mm512_mask_storeu_epi32(odd, 0xaaaa, (__m512i)v);
}
IDEM_INLINE Doubles lane_join(Doubles even, Doubles odd) {
  return (Doubles)_mm512_mask_shuffle_epi32((__m512i)even, 0xaaaa, (__m512i)odd, _MM_PERM_CCAA);
}
// a b + c, rounded once, downwards.
IDEM_INLINE Doubles lane_fma_down(Doubles a, Doubles b, Doubles c) {
  return (Doubles)_mm512_fmadd_round_pd((__m512d)a, (__m512d)b, (__m512d)c,
                                        _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
// (a ^ b) | c and a ^ (b & c): GCC 12 takes two instructions for each.
template <class Words>
IDEM_INLINE Words lane_xor_or(Words a, Words b, Words c) {
  return (Words)_mm512_ternarylogic_epi32((__m512i)a, (__m512i)b, (__m512i)c, 0xbe);
}
template <class Words>
IDEM_INLINE Words lane_xor_and(Words a, Words b, Words c) {
  return (Words)_mm512_ternarylogic_epi32((__m512i)a, (__m512i)b, (__m512i)c, 0x78);
}

}  // namespace idem::inline IDEM_TARGET
