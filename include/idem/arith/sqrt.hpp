// SPDX-License-Identifier: Apache-2.0
/// \file  The square root, correctly rounded, on every target.
#pragma once

#include <type_traits>

#include <idem/arith/soft_sqrt.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// The square root of x, rounded to nearest even: the instruction where there is one, integers
/// elsewhere and at compile time; never the C library's, which may stop early, and cannot be
/// inlined.
///
/// Bits    ARITHMETIC.md section 2. A NaN result is quiet; its payload and sign are not specified.
/// Cost    one instruction, or soft_sqrt.hpp.
IDEM_INLINE constexpr float sqrt(float x) {
  if (std::is_constant_evaluated()) return soft_sqrt(x);
#if defined(IDEM_SQRT_FLOAT)
  IDEM_SQRT_FLOAT(x);
  return x;
#else
  return soft_sqrt(x);
#endif
}

IDEM_INLINE constexpr double sqrt(double x) {
  if (std::is_constant_evaluated()) return soft_sqrt(x);
#if defined(IDEM_SQRT_DOUBLE)
  IDEM_SQRT_DOUBLE(x);
  return x;
#else
  return soft_sqrt(x);
#endif
}

}  // namespace idem::inline IDEM_TARGET
