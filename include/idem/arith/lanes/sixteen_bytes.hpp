// SPDX-License-Identifier: Apache-2.0
/// \file  What 16-byte lanes share: 4 floats or 2 doubles, parts taken lane by lane.
#pragma once

#include <idem/arith/fma.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

template <Real R>
struct SixteenBytes {
  typedef R Vector __attribute__((vector_size(16)));
  typedef R Unaligned __attribute__((vector_size(16), aligned(alignof(R)), may_alias));
};
using Floats = SixteenBytes<float>::Vector;
using Doubles = SixteenBytes<double>::Vector;

IDEM_INLINE Floats lane_broadcast(float value) {
  return Floats{value, value, value, value};
}
IDEM_INLINE Doubles lane_broadcast(double value) {
  return Doubles{value, value};
}

IDEM_INLINE Floats lane_load_part(const float* from, Index count) {
  return Floats{from[0], count > 1 ? from[1] : 0.0f, count > 2 ? from[2] : 0.0f, 0.0f};
}
IDEM_INLINE Doubles lane_load_part(const double* from, Index) {
  return Doubles{from[0], 0.0};
}

IDEM_INLINE void lane_store_part(float* to, Floats v, Index count) {
  for (Index i = 0; i < count; ++i) to[i] = v[i];
}
IDEM_INLINE void lane_store_part(double* to, Doubles v, Index) {
  to[0] = v[0];
}

IDEM_INLINE void lane_store_between(float* to, Floats v, Index first, Index end) {
  // Every lane is asked: from a loop over first to end GCC 12 infers, and warns of, lanes there are not.
  IDEM_UNROLL for (Index i = 0; i < 4; ++i) {
    if (i >= first && i < end) to[i] = v[i];
  }
}
IDEM_INLINE void lane_store_between(double* to, Doubles v, Index first, Index end) {
  IDEM_UNROLL for (Index i = 0; i < 2; ++i) {
    if (i >= first && i < end) to[i] = v[i];
  }
}

IDEM_INLINE Floats lane_load_quarters(const float* from, Index) {
  return *reinterpret_cast<const SixteenBytes<float>::Unaligned*>(from);
}
IDEM_INLINE Doubles lane_load_quarters(const double* from, Index) {
  return *reinterpret_cast<const SixteenBytes<double>::Unaligned*>(from);
}

IDEM_INLINE Floats lane_unpack_low(Floats a, Floats b) {
  return __builtin_shufflevector(a, b, 0, 4, 1, 5);
}
IDEM_INLINE Floats lane_unpack_high(Floats a, Floats b) {
  return __builtin_shufflevector(a, b, 2, 6, 3, 7);
}
IDEM_INLINE Doubles lane_unpack_low(Doubles a, Doubles b) {
  return __builtin_shufflevector(a, b, 0, 2);
}
IDEM_INLINE Doubles lane_unpack_high(Doubles a, Doubles b) {
  return __builtin_shufflevector(a, b, 1, 3);
}

}  // namespace idem::inline IDEM_TARGET
