// SPDX-License-Identifier: Apache-2.0
/// \file  The square root, correctly rounded on every target.
#pragma once

#include <type_traits>

#include <idem/arith/soft_sqrt.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// The square root of x, rounded to nearest even: the instruction where there is one, integers
/// elsewhere and at compile time; never the C library's.
///
/// Bits    ARITHMETIC.md section 2. sqrt(-0) is -0; of a negative number, NaN.
constexpr float sqrt(float x) {
  if (std::is_constant_evaluated()) return soft_sqrt(x);
#if defined(IDEM_SQRT_FLOAT)
  float root;
  IDEM_SQRT_FLOAT(root, x);
  return root;
#else
  return soft_sqrt(x);
#endif
}

constexpr double sqrt(double x) {
  if (std::is_constant_evaluated()) return soft_sqrt(x);
#if defined(IDEM_SQRT_DOUBLE)
  double root;
  IDEM_SQRT_DOUBLE(root, x);
  return root;
#else
  return soft_sqrt(x);
#endif
}

}  // namespace idem::inline IDEM_TARGET
