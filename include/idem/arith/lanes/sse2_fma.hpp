// SPDX-License-Identifier: Apache-2.0
/// \file  Multiply and add with one rounding in SSE2 registers, for processors without FMA.
#pragma once

#include <emmintrin.h>

#include <idem/arith/soft_fma.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// x + y and its exact rounding error (Knuth).
struct Sum2 {
  __m128d sum;
  __m128d error;
};
IDEM_INLINE Sum2 two_sum(__m128d x, __m128d y) {
  const __m128d s = _mm_add_pd(x, y);
  const __m128d v = _mm_sub_pd(s, x);
  return {s, _mm_add_pd(_mm_sub_pd(x, _mm_sub_pd(s, v)), _mm_sub_pd(y, v))};
}

/// x + y rounded to odd: where it is inexact, to the neighbour whose last bit is 1.
IDEM_INLINE __m128d add_to_odd(__m128d x, __m128d y) {
  const Sum2 t = two_sum(x, y);
  const __m128i bits = _mm_castpd_si128(t.sum);
  const __m128d size = _mm_andnot_pd(_mm_set1_pd(-0.0), t.error);
  const __m128i inexact = _mm_castpd_si128(_mm_cmplt_pd(_mm_setzero_pd(), size));  // false for NaN
  const __m128i even = _mm_andnot_si128(bits, _mm_set1_epi64x(1));
  const __m128i toward =
      _mm_srli_epi64(_mm_xor_si128(bits, _mm_castpd_si128(t.error)), 63);  // 1: toward zero
  const __m128i one = _mm_and_si128(even, inexact);
  const __m128i two = _mm_and_si128(_mm_add_epi64(toward, toward), _mm_add_epi64(one, one));
  return _mm_castsi128_pd(_mm_sub_epi64(_mm_add_epi64(bits, one), two));
}

IDEM_INLINE __m128 fma_sse2(__m128 a, __m128 b, __m128 c) {
  const auto half = [](__m128 x, __m128 y, __m128 z) {
    const __m128d p = _mm_mul_pd(_mm_cvtps_pd(x), _mm_cvtps_pd(y));  // exact
    return _mm_cvtpd_ps(add_to_odd(p, _mm_cvtps_pd(z)));
  };
  const __m128 low = half(a, b, c);
  const __m128 high = half(_mm_movehl_ps(a, a), _mm_movehl_ps(b, b), _mm_movehl_ps(c, c));
  return _mm_movelh_ps(low, high);
}

/// x y and its exact rounding error (Dekker, Veltkamp).
IDEM_INLINE Sum2 two_product(__m128d x, __m128d y) {
  const __m128d splitter = _mm_set1_pd(0x1p27 + 1);
  const auto high_half = [&](__m128d v) {
    const __m128d t = _mm_mul_pd(v, splitter);
    return _mm_sub_pd(t, _mm_sub_pd(t, v));
  };
  const __m128d xh = high_half(x), xl = _mm_sub_pd(x, xh);
  const __m128d yh = high_half(y), yl = _mm_sub_pd(y, yh);
  const __m128d p = _mm_mul_pd(x, y);
  __m128d e = _mm_sub_pd(_mm_mul_pd(xh, yh), p);
  e = _mm_add_pd(e, _mm_mul_pd(xh, yl));
  e = _mm_add_pd(e, _mm_mul_pd(xl, yh));
  return {p, _mm_add_pd(e, _mm_mul_pd(xl, yl))};
}

IDEM_INLINE __m128d fma_sse2(__m128d a, __m128d b, __m128d c) {
  const __m128d sign = _mm_set1_pd(-0.0);
  const __m128d x = _mm_andnot_pd(sign, a), y = _mm_andnot_pd(sign, b), z = _mm_andnot_pd(sign, c);
  const __m128d inside =
      _mm_and_pd(_mm_and_pd(_mm_cmpge_pd(_mm_min_pd(x, y), _mm_set1_pd(0x1p-480)),
                            _mm_cmplt_pd(_mm_max_pd(x, y), _mm_set1_pd(0x1p480))),
                 _mm_cmplt_pd(z, _mm_set1_pd(0x1p1000)));
  if (_mm_movemask_pd(inside) == 3) [[likely]] {
    const Sum2 p = two_product(a, b);
    const Sum2 t = two_sum(c, p.error);
    const Sum2 v = two_sum(p.sum, t.sum);
    return _mm_add_pd(v.sum, add_to_odd(t.error, v.error));
  }
  alignas(16) double as[2], bs[2], cs[2];
  _mm_store_pd(as, a);
  _mm_store_pd(bs, b);
  _mm_store_pd(cs, c);
  return _mm_set_pd(soft_fma(as[1], bs[1], cs[1]), soft_fma(as[0], bs[0], cs[0]));
}

}  // namespace idem::inline IDEM_TARGET
