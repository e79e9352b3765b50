// SPDX-License-Identifier: Apache-2.0
/// \file  The constants of the elementary functions, printed by tests/tables/elementary.sollya.
#pragma once

#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET::detail {

template <Real R>
struct ElementaryTables;

template <>
struct ElementaryTables<float> {
  using R = float;

  // The greatest x whose e^x is not rounded to infinity, and a whole number whose e^x is 0.
  static constexpr R kExpGreatest = 0x1.62e42ep6f;
  static constexpr R kExpLeast = -0x1.ap6f;

  static constexpr R kLog2E = 0x1.715476p0f;
  // ln 2
  static constexpr R kLn2High = 0x1.62e43p-1f;
  static constexpr R kLn2Low = -0x1.05c61p-29f;

  // e^r = 1 + r + r^2 (c[0] + c[1] r + ...), |r| <= 0.34664; relative error < 2^-28.1
  static constexpr R kExp[] = {0x1.fffffap-2f, 0x1.555492p-3f, 0x1.555a26p-5f, 0x1.123982p-7f,
                               0x1.694caap-10f};
  // log(1 + f) = f + f^2 (c[0] + c[1] f + ...), -1/4 <= f <= 1/2; relative error < 2^-30
  static constexpr R kLog[] = {-0x1p-1f,        0x1.55555ap-2f, -0x1.00006ep-2f, 0x1.99975ep-3f,
                               -0x1.5519ccp-3f, 0x1.246456p-3f, -0x1.04af5p-3f,  0x1.df10fcp-4f,
                               -0x1.74d5dp-4f,  0x1.33c87p-5f};

  // |x| beyond which sin and cos are not computed.
  static constexpr R kGreatestAngle = 0x1p20f;
  static constexpr R kTwoOverPi = 0x1.45f306p-1f;
  // pi/2
  static constexpr R kHalfPiHigh = 0x1.921fb6p0f;
  static constexpr R kHalfPiMiddle = -0x1.777a5cp-25f;
  static constexpr R kHalfPiLow = -0x1.ee59dap-50f;

  // sin r = r + r^3 (c[0] + c[1] r^2 + ...); relative error < 2^-27.3
  static constexpr R kSin[] = {-0x1.55554p-3f, 0x1.110528p-7f, -0x1.9890d8p-13f};
  // cos r = 1 - r^2/2 + r^4 (c[0] + c[1] r^2 + ...); relative error < 2^-32.1
  static constexpr R kCos[] = {0x1.555546p-5f, -0x1.6c09c8p-10f, 0x1.993f54p-16f};
  // atan q = q + q^3 (c[0] + c[1] q^2 + ...), |q| <= 1/2; relative error < 2^-27.4
  static constexpr R kAtan[] = {-0x1.555512p-2f, 0x1.997b1ep-3f, -0x1.224ba2p-3f, 0x1.a01416p-4f,
                                -0x1.a43b3p-5f};
};

template <>
struct ElementaryTables<double> {
  using R = double;

  // The greatest x whose e^x is not rounded to infinity, and a whole number whose e^x is 0.
  static constexpr R kExpGreatest = 0x1.62e42fefa39efp9;
  static constexpr R kExpLeast = -0x1.75p9;

  static constexpr R kLog2E = 0x1.71547652b82fep0;
  // ln 2
  static constexpr R kLn2High = 0x1.62e42fefa39efp-1;
  static constexpr R kLn2Low = 0x1.abc9e3b39803fp-56;

  // e^r = 1 + r + r^2 (c[0] + c[1] r + ...), |r| <= 0.34664; relative error < 2^-57.8
  static constexpr R kExp[] = {0x1.000000000000ap-1,  0x1.55555555554fep-3,  0x1.55555555506b5p-5,
                               0x1.1111111126b2ep-7,  0x1.6c16c184796c2p-10, 0x1.a01a012ff5f42p-13,
                               0x1.a0199956ec68fp-16, 0x1.71df18d21e8eap-19, 0x1.28ae055492518p-22,
                               0x1.ad932e0453f71p-26};
  // log(1 + f) = f + f^2 (c[0] + c[1] f + ...), -1/4 <= f <= 1/2; relative error < 2^-59.1
  static constexpr R kLog[] = {-0x1p-1,
                               0x1.555555555554ap-2,
                               -0x1.0000000000157p-2,
                               0x1.999999999c724p-3,
                               -0x1.555555552c09p-3,
                               0x1.24924922a1953p-3,
                               -0x1.0000000d28d6dp-3,
                               0x1.c71c730bc2ff9p-4,
                               -0x1.9999967a6fd3ep-4,
                               0x1.745cde700745ep-4,
                               -0x1.55554b0577396p-4,
                               0x1.3b191464f5f6ep-4,
                               -0x1.249d88ebb3f8ep-4,
                               0x1.10d29f24eb4a7p-4,
                               -0x1.fded7ecea0d57p-5,
                               0x1.e2a85c0cb58d4p-5,
                               -0x1.d95a7a0e1197ap-5,
                               0x1.cfa4fa42d9eb2p-5,
                               -0x1.82d8a81f00dep-5,
                               0x1.b3d9d7d347cefp-6,
                               -0x1.d0b930a1d2b24p-8};

  // |x| beyond which sin and cos are not computed.
  static constexpr R kGreatestAngle = 0x1p48;
  static constexpr R kTwoOverPi = 0x1.45f306dc9c883p-1;
  // pi/2
  static constexpr R kHalfPiHigh = 0x1.921fb54442d18p0;
  static constexpr R kHalfPiMiddle = 0x1.1a62633145c07p-54;
  static constexpr R kHalfPiLow = -0x1.f1976b7ed8fbcp-110;

  // sin r = r + r^3 (c[0] + c[1] r^2 + ...); relative error < 2^-57.4
  static constexpr R kSin[] = {-0x1.5555555555544p-3, 0x1.111111110f116p-7,   -0x1.a01a019b27133p-13,
                               0x1.71de34ad58b49p-19, -0x1.ae5dc85b5de52p-26, 0x1.5d65625bfb7e2p-33};
  // cos r = 1 - r^2/2 + r^4 (c[0] + c[1] r^2 + ...); relative error < 2^-63.3
  static constexpr R kCos[] = {0x1.5555555555547p-5,   -0x1.6c16c16c147b3p-10, 0x1.a01a019bc2481p-16,
                               -0x1.27e4f75ffc35fp-22, 0x1.1ee97a208c066p-29,  -0x1.8f747c9dd995fp-37};
  // atan q = q + q^3 (c[0] + c[1] q^2 + ...), |q| <= 1/2; relative error < 2^-57.7
  static constexpr R kAtan[] = {-0x1.5555555555516p-2, 0x1.9999999991142p-3,  -0x1.249249215de3bp-3,
                                0x1.c71c7090e8ec7p-4,  -0x1.745cf4cb39789p-4, 0x1.3b113dc14f3cdp-4,
                                -0x1.10f31f1dac3ebp-4, 0x1.dfe977c6dc21ep-5,  -0x1.a39864e5a4c38p-5,
                                0x1.56f5c027c5b27p-5,  -0x1.c17fb6ad56061p-6, 0x1.4b83dcb5d95c2p-7};
};

}  // namespace idem::inline IDEM_TARGET::detail
