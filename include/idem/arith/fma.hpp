// SPDX-License-Identifier: Apache-2.0
/// \file  Multiply and add with one rounding, on every target.
#pragma once

#include <type_traits>

#include <idem/arith/soft_fma.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// Whether fma(R, R, R) is an instruction of this build.
template <Real R>
inline constexpr bool kHardwareFma = IDEM_HARDWARE_FMA_DOUBLE;
template <>
inline constexpr bool kHardwareFma<float> = IDEM_HARDWARE_FMA_FLOAT;

/// a b + c, rounded once to nearest even: the instruction where it is proven, our own routine
/// elsewhere and at compile time; never the C library's, which is wrong on many targets.
///
/// Bits    ARITHMETIC.md section 2. A NaN result is quiet; its payload and sign are not specified.
/// Cost    one instruction, or soft_fma.hpp.
IDEM_INLINE constexpr float fma(float a, float b, float c) {
  if (std::is_constant_evaluated()) return soft_fma(a, b, c);
#if IDEM_HARDWARE_FMA_FLOAT
  IDEM_FMA_FLOAT(a, b, c);
  return c;
#elif IDEM_HARDWARE_DOUBLE
  return soft_fma_by_double(a, b, c);
#else
  return soft_fma(a, b, c);
#endif
}

IDEM_INLINE constexpr double fma(double a, double b, double c) {
  if (std::is_constant_evaluated()) return soft_fma(a, b, c);
#if IDEM_HARDWARE_FMA_DOUBLE
  IDEM_FMA_DOUBLE(a, b, c);
  return c;
#else
  return soft_fma(a, b, c);
#endif
}

}  // namespace idem::inline IDEM_TARGET
