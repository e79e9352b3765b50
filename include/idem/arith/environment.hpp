// SPDX-License-Identifier: Apache-2.0
/// \file  Whether the processor, as it is set now, keeps the contract.
#pragma once

#include <bit>
#include <cstdint>

#include <idem/arith/lanes.hpp>
#include <idem/arith/sqrt.hpp>
#include <idem/base/digest.hpp>
#include <idem/base/status.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// A number the compiler cannot see through.
template <Real R>
R opaque(BitsOf<R> bits) {
  volatile BitsOf<R> hidden = bits;
  return std::bit_cast<R>(static_cast<BitsOf<R>>(hidden));
}

template <Real R>
bool equals(R value, BitsOf<R> bits) {
  volatile R stored = value;
  return std::bit_cast<BitsOf<R>>(static_cast<R>(stored)) == bits;
}

/// One number through every lane of a vector operation.
template <Real R, class Op>
bool lanes_equal(R a, R b, R c, BitsOf<R> bits, const Op& op) {
  using L = Lanes<R>;
  R out[L::kWidth];
  L::store(out, op(L::broadcast(a), L::broadcast(b), L::broadcast(c)));
  bool good = true;
  for (const R& lane : out) good = equals(lane, bits) && good;
  return good;
}

/// Exponent and significand fields of a number with biased exponent e and trailing significand m.
template <Real R>
constexpr BitsOf<R> pattern(unsigned e, BitsOf<R> m = 0) {
  return static_cast<BitsOf<R>>((BitsOf<R>{e} << (sizeof(R) == 4 ? 23 : 52)) | m);
}

template <Real R>
bool environment_is_good() {
  constexpr unsigned kBias = sizeof(R) == 4 ? 127 : 1023;
  constexpr unsigned kDigits = sizeof(R) == 4 ? 24 : 53;
  constexpr BitsOf<R> kSign = BitsOf<R>{1} << (sizeof(R) * 8 - 1);
  const R one = opaque<R>(pattern<R>(kBias));
  const R zero = opaque<R>(0);
  const R half_ulp = opaque<R>(pattern<R>(kBias - kDigits));       // 2^-p
  const R above_half = opaque<R>(pattern<R>(kBias - kDigits, 1));  // a little more
  const R next = opaque<R>(pattern<R>(kBias, 1));                  // 1 + ulp
  const R smallest = opaque<R>(1);                                 // the least subnormal
  const R smallest_normal = opaque<R>(pattern<R>(1));
  const R half = opaque<R>(pattern<R>(kBias - 1));
  const R three = opaque<R>(pattern<R>(kBias + 1, BitsOf<R>{1} << (kDigits - 2)));
  bool good = true;
  // Rounding to nearest, ties to even, for both signs.
  good = equals(one + half_ulp, pattern<R>(kBias)) && good;
  good = equals(one + above_half, pattern<R>(kBias, 1)) && good;
  good = equals(next + half_ulp, pattern<R>(kBias, 2)) && good;
  good = equals(-one - half_ulp, static_cast<BitsOf<R>>(kSign | pattern<R>(kBias))) && good;
  good = equals(-next - half_ulp, static_cast<BitsOf<R>>(kSign | pattern<R>(kBias, 2))) && good;
  // Subnormal numbers as operands and as results.
  good = equals(smallest + smallest, BitsOf<R>{2}) && good;
  good = equals(smallest * (one + one), BitsOf<R>{2}) && good;
  good = equals(smallest_normal * half, BitsOf<R>{1} << (kDigits - 2)) && good;
  good = equals(smallest_normal - smallest, pattern<R>(1) - 1) && good;
  // A product rounds before it is added: (1 + ulp)^2 - (1 + 2 ulp) is 0, where fma gives ulp^2.
  const R two_ulps = opaque<R>(pattern<R>(kBias, 2));
  volatile R square = next * next;
  good = equals(square - two_ulps, BitsOf<R>{0}) && good;
  const BitsOf<R> ulp_squared = pattern<R>(kBias - 2 * (kDigits - 1));
  good = equals(fma(next, next, -two_ulps), ulp_squared) && good;
  // fma on a subnormal result, and the sign of a product that underflows.
  good = equals(fma(smallest_normal, half, smallest),
                static_cast<BitsOf<R>>((BitsOf<R>{1} << (kDigits - 2)) + 1)) &&
         good;
  good = equals(fma(smallest, -smallest, zero), kSign) && good;
#if defined(__clang__)
  // -fno-signed-zeros, for which Clang has no macro, makes a product of an fma with zero: -0.
  good = equals(fma(opaque<R>(kSign), one, R{0}), BitsOf<R>{0}) && good;
#endif
  // Division and square root: 1/3 and sqrt(3) rounded.
  const BitsOf<R> third =
      sizeof(R) == 4 ? BitsOf<R>{0x3eaaaaabu} : static_cast<BitsOf<R>>(0x3fd5555555555555u);
  const BitsOf<R> root3 =
      sizeof(R) == 4 ? BitsOf<R>{0x3fddb3d7u} : static_cast<BitsOf<R>>(0x3ffbb67ae8584caau);
  good = equals(one / three, third) && good;
  good = equals(smallest / (one + one), BitsOf<R>{0}) && good;
  good = equals(sqrt(three), root3) && good;
  if constexpr (Lanes<R>::kAlone) return good;
  // The same through the lanes, which may have a mode or an unwritten habit of their own.
  using Vector = typename Lanes<R>::Vector;
  good = lanes_equal(next, next, -two_ulps, ulp_squared,
                     [](Vector a, Vector b, Vector c) { return Lanes<R>::fma(a, b, c); }) &&
         good;
  good = lanes_equal(smallest_normal, half, smallest,
                     static_cast<BitsOf<R>>((BitsOf<R>{1} << (kDigits - 2)) + 1),
                     [](Vector a, Vector b, Vector c) { return Lanes<R>::fma(a, b, c); }) &&
         good;
  good = lanes_equal(smallest, smallest, smallest, BitsOf<R>{3},
                     [](Vector a, Vector b, Vector c) { return a + b + c; }) &&
         good;
  good = lanes_equal(next, half_ulp, zero, pattern<R>(kBias, 2),
                     [](Vector a, Vector b, Vector) { return a + b; }) &&
         good;
  return good;
}

}  // namespace detail

/// Status::ok when rounding, subnormals, fma, division and square root are as IEEE 754 has them by
/// default, scalar and in lanes, float and double; Status::environment otherwise.
///
/// Every `init` in the library runs it once. The caller must not change the floating-point mode between
/// calls; results hold only where it would still say ok.
///
/// Cost    some sixty operations; on a core without an FPU a few thousand instructions.
inline Status check_environment() {
  return detail::environment_is_good<float>() && detail::environment_is_good<double>() ? Status::ok
                                                                                       : Status::environment;
}

/// The same for one scalar type: what a trainer of that type needs, and all a small device pays for.
template <Real R>
Status check_environment() {
  return detail::environment_is_good<R>() ? Status::ok : Status::environment;
}

}  // namespace idem::inline IDEM_TARGET
