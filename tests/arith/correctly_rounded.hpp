// SPDX-License-Identifier: Apache-2.0
/// \file  What MPFR says the correctly rounded result is, and the numbers to ask it about.
#pragma once

#include <mpfr.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <idem/base/digest.hpp>
#include <idem/base/types.hpp>
#include <limits>

namespace correctly_rounded {

template <idem::Real R>
using Bits = idem::BitsOf<R>;
template <idem::Real R>
constexpr int kPrecision = std::numeric_limits<R>::digits;
template <idem::Real R>
constexpr int kBias = std::numeric_limits<R>::max_exponent - 1;

/// Whether the long tests were asked for.
inline bool all() {
  return std::getenv("IDEM_TEST_ALL") != nullptr;
}

/// MPFR in the format of R: its precision, its exponent range, its subnormal numbers.
template <idem::Real R>
class Oracle {
 public:
  Oracle() {
    mpfr_set_emin(std::numeric_limits<R>::min_exponent - kPrecision<R> + 1);
    mpfr_set_emax(std::numeric_limits<R>::max_exponent);
    for (auto& value : values_) mpfr_init2(value, kPrecision<R>);
  }
  ~Oracle() {
    for (auto& value : values_) mpfr_clear(value);
    mpfr_set_emin(mpfr_get_emin_min());
    mpfr_set_emax(mpfr_get_emax_max());
  }
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  R fma(R a, R b, R c) {
    set(0, a), set(1, b), set(2, c);
    return get(mpfr_fma(values_[3], values_[0], values_[1], values_[2], MPFR_RNDN));
  }
  R sqrt(R x) {
    set(0, x);
    return get(mpfr_sqrt(values_[3], values_[0], MPFR_RNDN));
  }

 private:
  void set(int i, R value) {
    if constexpr (sizeof(R) == 4) {
      mpfr_set_flt(values_[i], value, MPFR_RNDN);
    } else {
      mpfr_set_d(values_[i], value, MPFR_RNDN);
    }
  }
  R get(int ternary) {
    mpfr_subnormalize(values_[3], ternary, MPFR_RNDN);
    if constexpr (sizeof(R) == 4) {
      return mpfr_get_flt(values_[3], MPFR_RNDN);
    } else {
      return mpfr_get_d(values_[3], MPFR_RNDN);
    }
  }
  mpfr_t values_[4];
};

/// Numbers to test with, the same in every run (Steele, Lea, Flood: SplitMix64).
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}

  std::uint64_t word() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// A whole number from `low` to `high`.
  int from(int low, int high) {
    return low + static_cast<int>(word() % static_cast<std::uint64_t>(high - low + 1));
  }
  /// Any bits: all exponents alike, so infinities, NaN and subnormals now and then.
  template <idem::Real R>
  R any() {
    return std::bit_cast<R>(static_cast<Bits<R>>(word()));
  }
  /// Of this exponent, as far as the format has it: 0 for the numbers in [1, 2).
  template <idem::Real R>
  R of_exponent(int exponent) {
    const int biased = exponent < -kBias<R> ? 0 : exponent > kBias<R> ? 2 * kBias<R> : exponent + kBias<R>;
    constexpr int kFraction = kPrecision<R> - 1;
    const auto kept = static_cast<Bits<R>>(word()) & ~(Bits<R>{2 * kBias<R> + 1} << kFraction);
    return std::bit_cast<R>(kept | (static_cast<Bits<R>>(biased) << kFraction));
  }
  /// At most eight times as large as x or as small, where x has a scale.
  template <idem::Real R>
  R near(R x) {
    return of_exponent<R>((std::isfinite(x) && x != R{0} ? std::ilogb(x) : 0) + from(-3, 3));
  }
  /// Of this exponent, with at most this many leading bits of significand.
  template <idem::Real R>
  R of_few_bits(int exponent, int bits) {
    const auto cleared = Bits<R>{1} << (kPrecision<R> - bits);
    return std::bit_cast<R>(std::bit_cast<Bits<R>>(of_exponent<R>(exponent)) & ~(cleared - 1));
  }
  /// Where arithmetic has its corners.
  template <idem::Real R>
  R special() {
    using L = std::numeric_limits<R>;
    constexpr Bits<R> kInfinity = std::bit_cast<Bits<R>>(L::infinity());
    constexpr std::array<R, 14> kValues = {R{0},
                                           L::infinity(),
                                           L::quiet_NaN(),
                                           std::bit_cast<R>(kInfinity + 1),  // signalling
                                           L::denorm_min(),
                                           std::bit_cast<R>(std::bit_cast<Bits<R>>(L::min()) - 1),
                                           L::min(),
                                           std::bit_cast<R>(std::bit_cast<Bits<R>>(L::min()) + 1),
                                           L::max(),
                                           R{1},
                                           R{1} + L::epsilon(),
                                           R{1} - L::epsilon() / 2,
                                           L::epsilon(),
                                           R{2}};
    const R value = kValues[static_cast<std::size_t>(from(0, 13))];
    const auto sign = static_cast<Bits<R>>(word() & 1) << (8 * sizeof(R) - 1);
    return std::bit_cast<R>(std::bit_cast<Bits<R>>(value) ^ sign);
  }
  /// A few units in the last place away.
  template <idem::Real R>
  R near(R value, int units) {
    return std::bit_cast<R>(std::bit_cast<Bits<R>>(value) +
                            static_cast<Bits<R>>(static_cast<std::int64_t>(from(-units, units))));
  }

 private:
  std::uint64_t state_;
};

}  // namespace correctly_rounded
