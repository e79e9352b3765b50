// SPDX-License-Identifier: Apache-2.0
/// \file  Multiply and add with one rounding in SSE2 registers, for processors without FMA.
///
/// Made of sums and products whose rounding errors are numbers too. Here products do feed sums, and
/// fusing them would spoil the errors: that no instruction could is why this file exists.
#pragma once

#include <emmintrin.h>

#include <idem/arith/soft_fma.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// A rounded result and what the rounding took away: together exact.
struct Exact {
  __m128d rounded;
  __m128d error;
};

/// x + y, both parts (Knuth); the error of an infinite sum is NaN.
IDEM_INLINE Exact exact_sum(__m128d x, __m128d y) {
  const __m128d sum = x + y;
  const __m128d other = sum - x;
  return {sum, (x - (sum - other)) + (y - other)};
}

/// x y, both parts (Dekker), for |x|, |y| in [2^-480, 2^480): the product of their last bits is no
/// less than 2^-1064, so nothing is lost to underflow.
IDEM_INLINE Exact exact_product(__m128d x, __m128d y) {
  // To 26 bits, to nearest; 26 more and a sign are left. A product of such halves is exact.
  const auto head = [](__m128d v) {
    const __m128i rounded = _mm_add_epi64((__m128i)v, _mm_set1_epi64x(1ll << 26));
    return (__m128d)_mm_and_si128(rounded, _mm_set1_epi64x(-(1ll << 27)));
  };
  const __m128d x1 = head(x), x0 = x - x1, y1 = head(y), y0 = y - y1;
  const __m128d product = x * y, p11 = x1 * y1, p10 = x1 * y0, p01 = x0 * y1, p00 = x0 * y0;
  return {product, (((p11 - product) + p10) + p01) + p00};
}

/// x + y rounded to odd: cut off, the last bit set where anything was lost. Rounding that to
/// nearest, to at least two bits less, gives what rounding x + y does.
IDEM_INLINE __m128d sum_to_odd(__m128d x, __m128d y) {
  const Exact e = exact_sum(x, y);
  const __m128d size = _mm_andnot_pd(_mm_set1_pd(-0.0), e.error);
  const __m128i inexact = _mm_srli_epi64((__m128i)_mm_cmplt_pd(_mm_setzero_pd(), size), 63);  // a NaN is not
  const __m128i bits = (__m128i)e.rounded;
  const __m128i away = _mm_srli_epi64(_mm_xor_si128(bits, (__m128i)e.error), 63);
  return (__m128d)_mm_or_si128(_mm_sub_epi64(bits, _mm_and_si128(away, inexact)), inexact);
}

}  // namespace detail

/// a b + c in each lane, rounded once to nearest even, for every input: soft_fma_by_double, four at
/// a time.
///
/// Bits    ARITHMETIC.md section 2. A NaN result is quiet; its payload and sign are not specified.
IDEM_INLINE __m128 fma_sse2(__m128 a, __m128 b, __m128 c) {
  const auto low_two = [](__m128 x, __m128 y, __m128 z) {
    const __m128d product = _mm_cvtps_pd(x) * _mm_cvtps_pd(y);
    return _mm_cvtpd_ps(detail::sum_to_odd(product, _mm_cvtps_pd(z)));
  };
  return _mm_movelh_ps(low_two(a, b, c),
                       low_two(_mm_movehl_ps(a, a), _mm_movehl_ps(b, b), _mm_movehl_ps(c, c)));
}

/// The same for double: the exact product and c are three numbers, and their sum is found from two
/// exact sums, one sum to odd and one to nearest.
///
/// Cost    where |a|, |b| are 0 or in [2^-480, 2^480) and c is finite, some sixty instructions
///         without a branch taken; elsewhere soft_fma for each lane.
/// Source  as soft_fma_by_double.
IDEM_INLINE __m128d fma_sse2(__m128d a, __m128d b, __m128d c) {
  // The product is below 2^960, half the last place of the largest number 2^970: no sum overflows.
  const auto product = detail::exact_product(a, b);
  const auto low = detail::exact_sum(c, product.error);
  const auto high = detail::exact_sum(product.rounded, low.rounded);
  const __m128d sum = high.rounded + detail::sum_to_odd(low.error, high.error);

  const __m128d sign = _mm_set1_pd(-0.0), infinity = _mm_set1_pd(__builtin_inf());
  const __m128d x = _mm_andnot_pd(sign, a), y = _mm_andnot_pd(sign, b), z = _mm_andnot_pd(sign, c);
  // A NaN in b or c fails the tests; one in a, which min and max drop, has gone into the sum.
  const __m128d least = _mm_min_pd(x, y);
  const __m128d inside = _mm_and_pd(_mm_and_pd(_mm_cmple_pd(_mm_set1_pd(0x1p-480), least),
                                               _mm_cmplt_pd(_mm_max_pd(x, y), _mm_set1_pd(0x1p480))),
                                    _mm_cmplt_pd(z, infinity));
  // A factor 0 makes the product exact, and its sign decides that of 0 + 0.
  const __m128d zero = _mm_cmpeq_pd(least, _mm_setzero_pd());
  if (_mm_movemask_pd(_mm_or_pd(inside, zero)) != 3) [[unlikely]] {
    return __m128d{soft_fma(a[0], b[0], c[0]), soft_fma(a[1], b[1], c[1])};
  }
  return _mm_or_pd(_mm_andnot_pd(zero, sum), _mm_and_pd(zero, product.rounded + c));
}

}  // namespace idem::inline IDEM_TARGET
